// The frame of the scripts here: what was started is stopped, the result is one line of JSON, and nothing runs forever.

/**
 * Runs a script's body and prints its result, or why it failed. The body hands what stops its helpers to its argument;
 * they are stopped in the opposite order. After `limitMs` the script gives up.
 */
export async function run(limitMs, body) {
  const stopping = [];
  const limit = setTimeout(() => {
    process.stderr.write(`gave up after ${limitMs / 1000} s\n`);
    // Helpers end with this process.
    process.exit(1);
  }, limitMs);
  try {
    process.stdout.write(`${JSON.stringify(await body((stop) => stopping.push(stop)))}\n`);
  } catch (error) {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  } finally {
    for (const stop of stopping.reverse()) await stop();
    clearTimeout(limit);
  }
}

/** Shows how far it is. */
export function progress(text) {
  process.stderr.write(`  ${text}\n`);
}
