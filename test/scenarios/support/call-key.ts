/** What a call is about: the same for the same call of another run, so that a fault can be aimed at it. */
import type { ApiCall } from '../../../local/wire/api-call.ts';

/** `cloudwatch:PutMetricAlarm orders-scale-up` */
export function callKey(call: ApiCall): string {
  return `${call.service}:${call.operation} ${resourcesOf(call).join(' ')}`.trim();
}

/** Names or ARNs as the request has them; none for a call on the account. */
export function resourcesOf({ service, request }: ApiCall): readonly string[] {
  switch (service) {
    case 'kinesis':
      return textsOf(bodyOf(request.body).StreamName);
    case 'cloudwatch': {
      const { AlarmName, AlarmNames, ResourceARN } = bodyOf(request.body);
      return [...textsOf(AlarmName), ...textsOf(ResourceARN), ...textsOf(AlarmNames)];
    }
    case 'lambda':
      return textsOf(/\/functions\/([^/]+)/.exec(request.path)?.[1]);
    case 'sns':
      return textsOf(new URLSearchParams(request.body.toString()).get('TopicArn'));
    default:
      return [];
  }
}

function bodyOf(body: Buffer): Readonly<Record<string, unknown>> {
  return body.length === 0 ? {} : JSON.parse(body.toString());
}

function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? [decodeURIComponent(value)] : [];
}
