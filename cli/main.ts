#!/usr/bin/env node
/** The process of `kinesis-autoscaler`. */
import { runCommandLine } from './command-line.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal());
