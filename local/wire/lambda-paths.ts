/** Lambda's REST paths (https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html), as far as they are served. */

interface Path {
  readonly method: string;
  readonly pattern: RegExp;
  readonly operation: string;
}

const NAME = '/functions/([^/]+)';

const PATHS: readonly Path[] = [
  path('GET', '/2015-03-31/functions/?', 'ListFunctions'),
  path('POST', '/2015-03-31/functions/?', 'CreateFunction'),
  path('GET', `/2015-03-31${NAME}`, 'GetFunction'),
  path('DELETE', `/2015-03-31${NAME}`, 'DeleteFunction'),
  path('GET', `/2015-03-31${NAME}/configuration`, 'GetFunctionConfiguration'),
  path('PUT', `/2015-03-31${NAME}/configuration`, 'UpdateFunctionConfiguration'),
  path('PUT', `/2015-03-31${NAME}/code`, 'UpdateFunctionCode'),
  path('POST', `/2015-03-31${NAME}/invocations`, 'Invoke'),
  path('POST', `/2015-03-31${NAME}/policy`, 'AddPermission'),
  path('GET', `/2015-03-31${NAME}/policy`, 'GetPolicy'),
  path('DELETE', `/2015-03-31${NAME}/policy/([^/]+)`, 'RemovePermission'),
  path('PUT', `/2017-10-31${NAME}/concurrency`, 'PutFunctionConcurrency'),
  path('DELETE', `/2017-10-31${NAME}/concurrency`, 'DeleteFunctionConcurrency'),
  path('GET', `/2019-09-30${NAME}/concurrency`, 'GetFunctionConcurrency'),
  path('PUT', `/2019-09-25${NAME}/event-invoke-config`, 'PutFunctionEventInvokeConfig'),
  path('GET', `/2019-09-25${NAME}/event-invoke-config`, 'GetFunctionEventInvokeConfig'),
  path('DELETE', `/2019-09-25${NAME}/event-invoke-config`, 'DeleteFunctionEventInvokeConfig'),
  path('GET', '/2015-03-31/event-source-mappings/?', 'ListEventSourceMappings'),
  path('POST', '/2015-03-31/event-source-mappings/?', 'CreateEventSourceMapping'),
  path('GET', '/2015-03-31/event-source-mappings/([^/]+)', 'GetEventSourceMapping'),
  path('PUT', '/2015-03-31/event-source-mappings/([^/]+)', 'UpdateEventSourceMapping'),
  path('DELETE', '/2015-03-31/event-source-mappings/([^/]+)', 'DeleteEventSourceMapping'),
  path('GET', '/2016-08-19/account-settings/?', 'GetAccountSettings'),
  path('GET', '/2017-03-31/tags/(.+)', 'ListTags'),
  path('POST', '/2017-03-31/tags/(.+)', 'TagResource'),
  path('DELETE', '/2017-03-31/tags/(.+)', 'UntagResource'),
];

export function lambdaOperation(method: string, requestPath: string): string | undefined {
  return PATHS.find((candidate) => candidate.method === method && candidate.pattern.test(requestPath))?.operation;
}

/** The parts of the path that name something, decoded: the function's name or ARN, and a statement id. */
export function lambdaPathLabels(method: string, requestPath: string): readonly string[] {
  for (const candidate of PATHS) {
    const match = candidate.method === method ? candidate.pattern.exec(requestPath) : null;
    if (match !== null) return match.slice(1).map((label) => decodeURIComponent(label ?? ''));
  }
  return [];
}

function path(method: string, pattern: string, operation: string): Path {
  return { method, pattern: new RegExp(`^${pattern}$`), operation };
}
