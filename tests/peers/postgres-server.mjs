// A minimal collector over PostgreSQL: what waits is inserted in one transaction, and answered once that is committed.
// As RudderStack's gateway does: it gathers for a few milliseconds, and one transaction takes many requests.
//
//   node tests/peers/postgres-server.mjs PORT

import { createServer } from 'node:http';

import pg from 'pg';

/** Requests of one transaction, and how long they are gathered: the gateway's own settings. */
const MOST = 128;
const GATHER_MS = 5;
const WRITERS = 8;

const pool = new pg.Pool({ host: '127.0.0.1', port: Number(process.argv[2]), user: 'postgres', database: 'postgres', max: WRITERS });
await pool.query('CREATE TABLE batches (id text PRIMARY KEY, session text NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), payload jsonb NOT NULL)');

let waiting = [];
let timer = null;

function flush() {
  clearTimeout(timer);
  timer = null;
  const group = waiting.splice(0, MOST);
  if (group.length > 0) void write(group);
  if (waiting.length > 0) timer = setTimeout(flush, 0);
}

async function write(group) {
  const columns = [group.map((each) => each.id), group.map((each) => each.session), group.map((each) => each.text)];
  let status = 200;
  try {
    // One statement is one transaction: committed when it returns.
    await pool.query('INSERT INTO batches (id, session, payload) SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[]) ON CONFLICT DO NOTHING', columns);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    status = 500;
  }
  for (const { id, answer } of group) {
    answer.writeHead(status, { 'content-type': 'application/json' });
    answer.end(JSON.stringify({ batch_id: id }));
  }
}

const server = createServer((request, answer) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const text = Buffer.concat(parts).toString();
    const { batch_id: id, session } = JSON.parse(text);
    waiting.push({ id, session, text, answer });
    if (waiting.length >= MOST) flush();
    else timer ??= setTimeout(flush, GATHER_MS);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`));
process.once('SIGTERM', () => process.exit(0));
