#!/usr/bin/env node
// The command line is TypeScript; tsx runs it as it is, so that no build stands between a clone and its commands.
import { register } from 'tsx/esm/api';

register();
await import('../cli/main.ts');
