/** What becomes of the parameters of Lambda's calls. */
import { below, type ServiceRules } from '../../parameters/parameter-rules.ts';

const NAMED = ['FunctionName', 'Qualifier.$LATEST'];
const VERSIONS = { Qualifier: 'leave it out: a function here has $LATEST only' };
const NETWORK = 'leave it out: functions reach the network of this machine';

const CONFIGURATION = [
  ...['FunctionName', 'Runtime', 'Role', 'Handler', 'Timeout', 'Environment', 'DeadLetterConfig'],
  ...below('LoggingConfig', 'LogFormat', 'LogGroup', 'ApplicationLogLevel'),
];
const STORED_CONFIGURATION = ['Description', 'MemorySize', 'KMSKeyArn', 'TracingConfig', 'EphemeralStorage'];
const REFUSED_CONFIGURATION = {
  VpcConfig: NETWORK,
  Layers: 'put what is in the layer into the zip file',
  FileSystemConfigs: 'leave it out',
  ImageConfig: 'give the code as a zip file',
};
const EVENT_INVOKE_CONFIG = {
  honoured: [
    'FunctionName',
    'Qualifier.$LATEST',
    'MaximumRetryAttempts',
    'MaximumEventAgeInSeconds',
    'DestinationConfig',
  ],
  refused: VERSIONS,
  note: 'destinations are queues, topics and functions',
};
const POLLING = [
  ...['BatchSize', 'StartingPosition', 'StartingPositionTimestamp', 'MaximumBatchingWindowInSeconds'],
  ...['MaximumRecordAgeInSeconds', 'BisectBatchOnFunctionError', 'MaximumRetryAttempts', 'TumblingWindowInSeconds'],
  ...['FunctionResponseTypes', 'DestinationConfig', 'FilterCriteria', 'KMSKeyArn'],
];
const CHANGEABLE_POLLING = POLLING.filter((name) => !name.startsWith('StartingPosition'));
const KEPT = 'a mapping is kept and described; nothing polls a stream for a function';

export const LAMBDA_RULES: ServiceRules = {
  ListFunctions: {
    honoured: ['Marker', 'MaxItems'],
    simplified: { FunctionVersion: 'a function has $LATEST only, with ALL as without' },
  },
  CreateFunction: {
    honoured: [...CONFIGURATION, 'Code.ZipFile', 'Tags', 'PackageType.Zip', 'Publish.false', 'SnapStart.ApplyOn.None'],
    stored: [...STORED_CONFIGURATION, 'Architectures'],
    refused: {
      ...REFUSED_CONFIGURATION,
      'Code.S3Bucket': 'give the code as Code.ZipFile',
      'Code.S3Key': 'give the code as Code.ZipFile',
      'Code.ImageUri': 'give the code as Code.ZipFile',
      Publish: 'leave it out: a function here has $LATEST only',
    },
    note: "Node.js runtimes run on this machine's Node; a function of another runtime is created as Failed",
  },
  GetFunction: { honoured: NAMED, refused: VERSIONS },
  GetFunctionConfiguration: { honoured: NAMED, refused: VERSIONS },
  UpdateFunctionConfiguration: {
    honoured: [...CONFIGURATION, 'RevisionId', 'SnapStart.ApplyOn.None'],
    stored: STORED_CONFIGURATION,
    refused: REFUSED_CONFIGURATION,
  },
  UpdateFunctionCode: {
    honoured: ['FunctionName', 'ZipFile', 'RevisionId', 'Publish.false', 'DryRun'],
    stored: ['Architectures'],
    refused: { S3Bucket: 'give the code as ZipFile', Publish: 'leave it out: a function here has $LATEST only' },
  },
  DeleteFunction: { honoured: NAMED, refused: VERSIONS },
  Invoke: {
    honoured: [...NAMED, 'InvocationType', 'LogType', 'ClientContext', 'Payload'],
    refused: VERSIONS,
  },
  AddPermission: {
    honoured: [
      'FunctionName',
      'StatementId',
      'Principal',
      'SourceArn',
      'SourceAccount',
      'Action.lambda:InvokeFunction',
      'RevisionId',
    ],
    refused: { ...VERSIONS, Action: 'permit lambda:InvokeFunction' },
    note: 'permissions are checked for SNS and EventBridge',
  },
  GetPolicy: { honoured: NAMED, refused: VERSIONS },
  RemovePermission: { honoured: ['FunctionName', 'StatementId', 'RevisionId'], refused: VERSIONS },
  PutFunctionConcurrency: { honoured: ['FunctionName', 'ReservedConcurrentExecutions'] },
  DeleteFunctionConcurrency: { honoured: ['FunctionName'] },
  GetFunctionConcurrency: { honoured: ['FunctionName'] },
  PutFunctionEventInvokeConfig: EVENT_INVOKE_CONFIG,
  UpdateFunctionEventInvokeConfig: EVENT_INVOKE_CONFIG,
  GetFunctionEventInvokeConfig: { honoured: NAMED, refused: VERSIONS },
  DeleteFunctionEventInvokeConfig: { honoured: NAMED, refused: VERSIONS },
  ListEventSourceMappings: { honoured: ['EventSourceArn', 'FunctionName', 'Marker', 'MaxItems'] },
  CreateEventSourceMapping: {
    honoured: ['EventSourceArn', 'FunctionName', 'Enabled', 'ParallelizationFactor'],
    stored: POLLING,
    note: `${KEPT}; sources are streams and their consumers`,
  },
  GetEventSourceMapping: { honoured: ['UUID'], note: KEPT },
  UpdateEventSourceMapping: {
    honoured: ['UUID', 'FunctionName', 'Enabled', 'ParallelizationFactor'],
    stored: CHANGEABLE_POLLING,
    note: KEPT,
  },
  DeleteEventSourceMapping: { honoured: ['UUID'] },
  GetAccountSettings: {},
  ListTags: { honoured: ['Resource'], note: 'functions only' },
  TagResource: { honoured: ['Resource', 'Tags'], note: 'functions only' },
  UntagResource: { honoured: ['Resource', 'TagKeys'], note: 'functions only' },
};
