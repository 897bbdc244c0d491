// Programs that listen somewhere and say so: started, waited for, and stopped again by whoever started them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;

// A signal alone would end this process without a word to those that it started.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * Starts a program and waits for the line that `says` matches; answers what its first group holds, a function that
 * stops the program, and its process id. `env` comes on top of this process's own environment.
 */
export async function start(program, args, says, env = {}) {
  const options = { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] };
  const child = spawn(program, args, options);
  await once(child, 'spawn');
  const ended = once(child, 'exit');
  // Whatever ends the script ends the program.
  const end = () => child.kill();
  process.once('exit', end);
  const stop = async () => {
    process.off('exit', end);
    child.kill();
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(limit);
  };
  // Stays open after the line was found, so that the program never waits on a full pipe.
  const lines = createInterface({ input: child.stdout });
  const limit = setTimeout(() => child.kill(), START_LIMIT_MS);
  try {
    const said = await new Promise((resolve, reject) => {
      lines.on('line', (line) => says.test(line) && resolve(line.match(says)[1]));
      ended.then(() => reject(new Error(`${program} ended before it said where it listens`)));
    });
    return { said, stop, pid: child.pid };
  } finally {
    clearTimeout(limit);
  }
}
