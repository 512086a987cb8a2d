/** Every subcommand. To add one, write its file and name it here. */
export { backtest } from './backtest.ts';
export { completion } from './completion.ts';
export { consumerDemo } from './consumer-demo.ts';
export { demo } from './demo.ts';
export { explain } from './explain.ts';
export { history } from './history.ts';
export { local } from './local.ts';
export { manifests } from './manifests.ts';
export { plan } from './plan.ts';
export { serve } from './serve.ts';
export { simulate } from './simulate.ts';
export { status } from './status.ts';
