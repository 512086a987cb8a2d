/** The operations that are served: the SDK's schema of each, and the model's method. */
import {
  DeleteAlarms$,
  DeleteDashboards$,
  DescribeAlarmHistory$,
  DescribeAlarms$,
  DescribeAlarmsForMetric$,
  DisableAlarmActions$,
  EnableAlarmActions$,
  GetDashboard$,
  GetMetricData$,
  GetMetricStatistics$,
  ListDashboards$,
  ListMetrics$,
  ListTagsForResource$,
  PutDashboard$,
  PutMetricAlarm$,
  PutMetricData$,
  SetAlarmState$,
  TagResource$,
  UntagResource$,
} from '@aws-sdk/client-cloudwatch';
import type { SchemaRef, StaticOperationSchema } from '@smithy/types';
import type { CloudWatchModel } from '../../simulator/models/cloudwatch/cloudwatch-model.ts';
import type { Members } from './shapes.ts';

export interface ServedOperation {
  readonly input: SchemaRef;
  readonly output: SchemaRef;
  readonly perform: (model: CloudWatchModel, input: Members) => unknown;
}

export const OPERATIONS: ReadonlyMap<string, ServedOperation> = new Map([
  served(PutMetricAlarm$, (model) => model.putMetricAlarm),
  served(DescribeAlarms$, (model) => model.describeAlarms),
  served(DescribeAlarmsForMetric$, (model) => model.describeAlarmsForMetric),
  served(DescribeAlarmHistory$, (model) => model.describeAlarmHistory),
  served(SetAlarmState$, (model) => model.setAlarmState),
  served(DeleteAlarms$, (model) => model.deleteAlarms),
  served(EnableAlarmActions$, (model) => model.enableAlarmActions),
  served(DisableAlarmActions$, (model) => model.disableAlarmActions),
  served(ListTagsForResource$, (model) => model.listTagsForResource),
  served(TagResource$, (model) => model.tagResource),
  served(UntagResource$, (model) => model.untagResource),
  served(PutMetricData$, (model) => model.putMetricData),
  served(GetMetricData$, (model) => model.getMetricData),
  served(GetMetricStatistics$, (model) => model.getMetricStatistics),
  served(ListMetrics$, (model) => model.listMetrics),
  served(PutDashboard$, (model) => model.putDashboard),
  served(GetDashboard$, (model) => model.getDashboard),
  served(ListDashboards$, (model) => model.listDashboards),
  served(DeleteDashboards$, (model) => model.deleteDashboards),
]);

function served<I>(
  schema: StaticOperationSchema,
  methodOf: (model: CloudWatchModel) => (input: I) => unknown,
): [string, ServedOperation] {
  const [, , name, , input, output] = schema;
  // The schema that reads the input is the one that the method's input type is generated from.
  const perform = (model: CloudWatchModel, members: Members) => methodOf(model).call(model, members as I);
  return [name, { input, output, perform }];
}
