// The stand-in for Kinesis (tests/kinesis) as the target of every Worker here.

import { join } from 'node:path';

import { root, start } from '../browser/child.mjs';

const STREAM = 'unsnag';
const SHARDS = 2;
/** Its own defaults: a test's, and no secrets. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'UNSNAGTESTKEY', AWS_SECRET_ACCESS_KEY: 'unsnag-test-secret', AWS_REGION: 'us-east-1' };
/** Some ten seconds of small batches as fast as they can come. */
const MAX_BYTES = 1024 ** 3;

/** Starts it; answers the stream and what can be done to it. */
export async function stub(profile, latencyMs = 0, maxBytes = MAX_BYTES) {
  const free = ['--listen', '127.0.0.1:0'];
  const stream = ['--stream', STREAM, '--shards', String(SHARDS), '--max-bytes', String(maxBytes)];
  const args = [...free, ...stream, '--latency-ms', String(latencyMs)];
  const program = join(root, 'target', profile, 'kinesis-stub');
  const { said: url, stop } = await start(program, args, /^kinesis stub listening on (\S+)$/);
  const control = async (name, body) => {
    const init = body && { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${url}/_stub/${name}`, init);
    if (!answer.ok) throw new Error(`the stub answered ${answer.status} to ${name}: ${await answer.text()}`);
    return answer;
  };
  return {
    url,
    name: STREAM,
    credentials: CREDENTIALS,
    stop,
    /** Forgets all records and counts. */
    reset: () => control('reset', {}),
    latency: (ms) => control('latency', { ms }),
    /** How often each batch is in the stream, by its id. */
    async batches() {
      const found = new Map();
      const text = (await control('records?as=text')).body.pipeThrough(new TextDecoderStream());
      let rest = '';
      for await (const chunk of text) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop();
        for (const line of lines) {
          const id = JSON.parse(line).text.match(/"batch_id":"([^"]*)"/)?.[1];
          found.set(id, (found.get(id) ?? 0) + 1);
        }
      }
      return found;
    },
  };
}
