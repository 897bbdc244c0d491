// Runs the Wasm build of this crate over a trace: node run.mjs MODULE TRACE. Prints what it returns, and nothing else.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [, , module, trace] = process.argv;
const { run } = await import(pathToFileURL(module).href);
process.stdout.write(run(readFileSync(trace, 'utf8')));
