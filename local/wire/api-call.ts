/** What all endpoints share: a request of one of AWS's wire protocols, parsed as far as all protocols have it in common. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

export const SERVICE_NAMES = ['kinesis', 'cloudwatch', 'sns', 'lambda', 'sqs', 'logs', 'sts', 'tagging'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** `rest-json` is Lambda's; `query` answers in XML; `cbor` is RPC v2, for Kinesis AWS's older one (application/x-amz-cbor-1.1). */
export type Protocol = 'json' | 'query' | 'cbor' | 'rest-json';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed. */
  readonly body: Buffer;
}

/** Who sent it: a process of a function (its access key identifies it), or anybody else. */
export type Caller =
  | { readonly kind: 'external' }
  | { readonly kind: 'function'; readonly functionName: string; readonly environmentId: string };

export interface ApiCall {
  readonly service: ServiceName;
  readonly operation: string;
  readonly protocol: Protocol;
  readonly request: ApiRequest;
  readonly caller: Caller;
  readonly requestId: string;
  /** The region that the caller signed for. */
  readonly region: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is written as it comes, until the caller goes away. */
  readonly body: string | Buffer | Readable;
}

/** One AWS service as it is spoken on the wire. */
export interface ServiceEndpoint {
  /** The input's members, named as in the service's model. @throws AwsServiceError SerializationException. */
  parse(call: ApiCall): JsonObject;
  /** @throws AwsServiceError for whatever AWS would refuse. */
  handle(call: ApiCall, input: JsonObject): ApiResponse | Promise<ApiResponse>;
}

export type JsonObject = Readonly<Record<string, unknown>>;
/** One operation. Input and output are plain members, however the protocol spells them. */
export type Operation = (input: JsonObject, call: ApiCall) => JsonObject | undefined | Promise<JsonObject | undefined>;
export type Operations = Readonly<Record<string, Operation>>;
