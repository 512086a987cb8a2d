/** Every subcommand. To add one, write its file and name it here. */
export { registerBacktest } from './backtest.ts';
export { registerConsumerDemo } from './consumer-demo.ts';
export { registerDemo } from './demo.ts';
export { registerFleet } from './fleet.ts';
export { registerLocal } from './local.ts';
export { registerManifests } from './manifests.ts';
export { registerServe } from './serve.ts';
export { registerSimulate } from './simulate.ts';
