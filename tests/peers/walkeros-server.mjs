// walkerOS's collector behind a plain server: every event is pushed, and the batch is answered once all are. Its
// destination appends to a file; nothing is synced, as in none of walkerOS's own destinations.
//
//   node tests/peers/walkeros-server.mjs FILE

import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';

import { startFlow } from '@walkeros/collector';

const file = createWriteStream(process.argv[2]);
const { elb } = await startFlow({
  consent: { functional: true },
  destinations: {
    file: {
      code: {
        type: 'file',
        config: {},
        push: (event) => void file.write(`${JSON.stringify(event)}\n`),
      },
    },
  },
});

const server = createServer((request, answer) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', async () => {
    const batch = JSON.parse(Buffer.concat(parts).toString());
    for (const { type, id, at, data } of batch.events) {
      await elb({ name: `unsnag ${type}`, id, timestamp: at, data });
    }
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ batch_id: batch.batch_id }));
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`));
process.once('SIGTERM', () => process.exit(0));
