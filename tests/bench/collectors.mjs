// What takes batches in the ingest bench: ours and those beside it, each started with an empty disk of its own.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';

import { check } from '../browser/check.mjs';
import { root, start } from '../browser/child.mjs';

/** Far more than a round writes. */
const LOG_BYTES = 40 * 1024 ** 3;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Our collector with its log in a folder; `more` are further arguments, `env` further variables. */
export async function serve(profile, log, more = [], env = {}) {
  const program = join(root, 'target', profile, 'unsnag');
  const limits = ['--client-rate-per-s', '0', '--key', 'demo=;0', '--log-max-bytes', String(LOG_BYTES)];
  const args = ['serve', '--listen', '127.0.0.1:0', '--log-dir', log, ...limits, ...more];
  const { said: url, stop, pid } = await start(program, args, /^unsnag listening on (\S+)$/, { UNSNAG_LOG: 'error', ...env });
  return { program, url, stop, pid };
}

/** A folder on disk that goes with `rmSync`. */
export function folder(name) {
  return mkdtempSync(join(tmpdir(), `unsnag-bench-${name}-`));
}

/** Our collector; its log is the stream. */
export const collector = {
  label: 'unsnag',
  /** Whether what was answered is read back. */
  reads: true,
  async start(profile) {
    const dir = folder('log');
    const log = join(dir, 'log');
    const { program, url, stop, pid } = await serve(profile, log);
    return {
      url,
      good: 200,
      residentKib: () => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+)/m)[1]),
      /** Stops it; how often each batch is in its log. */
      async stop(read = true) {
        await stop();
        const seen = read ? await batches(program, log) : new Map();
        rmSync(dir, { recursive: true });
        return seen;
      },
    };
  },
};

async function batches(program, log) {
  const tail = spawn(program, ['tail', '--json', '--log-dir', log], { stdio: ['ignore', 'pipe', 'inherit'] });
  const seen = new Map();
  for await (const line of createInterface({ input: tail.stdout })) {
    const id = line.match(/"batch_id":"([^"]*)"/)[1];
    seen.set(id, (seen.get(id) ?? 0) + 1);
  }
  check(tail.exitCode === 0 || (await once(tail, 'exit'))[0] === 0, 'the log cannot be read');
  return seen;
}

/** The floor: HTTP on this machine, and nothing done with the body. */
export const nginx = {
  label: 'nginx 204',
  reads: false,
  async start() {
    const [dir, port] = [folder('nginx'), await freePort()];
    const file = join(dir, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`);
    writeFileSync(file, `
      daemon off; worker_processes 2; pid ${dir}/pid; error_log ${dir}/error.log;
      events { worker_connections 1024; }
      http {
        access_log off; keepalive_requests 100000000; ${temporary.join(' ')}
        server { listen 127.0.0.1:${port}; location / { return 204; } }
      }`);
    const child = spawn('nginx', ['-c', file, '-p', dir], { stdio: ['ignore', 'ignore', 'inherit'] });
    const end = () => child.kill();
    process.once('exit', end);
    const url = `http://127.0.0.1:${port}`;
    await answers(url);
    return {
      url,
      good: 204,
      async stop() {
        process.off('exit', end);
        child.kill('SIGQUIT');
        await once(child, 'exit');
        rmSync(dir, { recursive: true });
      },
    };
  },
};

async function answers(url) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await fetch(url).then(() => true, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nobody answers at ${url}`);
}

/** A server that inserts and commits before it answers, several batches in one transaction, as RudderStack's gateway. */
export const postgres = {
  label: 'PostgreSQL',
  reads: false,
  async start() {
    const [dir, port] = [folder('postgres'), await freePort()];
    // PostgreSQL refuses to run as root.
    chmodSync(dir, 0o755);
    const data = join(dir, 'data');
    run('mkdir', ['-p', data]);
    run('chown', ['-R', 'postgres', data]);
    as('postgres', [bin('initdb'), '--pgdata', data, '--auth', 'trust', '--no-locale', '--encoding', 'UTF8']);
    const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
    const log = join(data, 'server.log');
    as('postgres', [bin('pg_ctl'), '--pgdata', data, '--wait', '--log', log, '--options', options, 'start']);
    const off = () => as('postgres', [bin('pg_ctl'), '--pgdata', data, '--mode', 'immediate', 'stop']);
    process.once('exit', off);
    const server = join(root, 'tests/peers/postgres-server.mjs');
    const { said: url, stop } = await start('node', [server, String(port)], /^listening on (\S+)$/);
    return {
      url,
      good: 200,
      async stop() {
        await stop();
        process.off('exit', off);
        off();
        rmSync(dir, { recursive: true });
      },
    };
  },
};

/** Debian keeps the server's programs out of the path, in a folder for each version. */
function bin(name) {
  const versions = '/usr/lib/postgresql';
  const version = existsSync(versions) && readdirSync(versions).sort((a, b) => a - b).at(-1);
  return version ? join(versions, version, 'bin', name) : name;
}

function as(user, command) {
  if (process.getuid() === 0) run('runuser', ['-u', user, '--', ...command]);
  else run(command[0], command.slice(1));
}

function run(program, args) {
  const { status, stderr, stdout } = spawnSync(program, args, { encoding: 'utf8', cwd: '/' });
  check(status === 0, `${program} ${args.join(' ')} failed (${status}): ${stderr}${stdout}`);
}

/** walkerOS's collector behind a plain server, with a destination that appends to a file. */
export const walkeros = {
  label: 'walkerOS',
  reads: false,
  async start() {
    const dir = folder('walkeros');
    const server = join(root, 'tests/peers/walkeros-server.mjs');
    const { said: url, stop } = await start('node', [server, join(dir, 'events.jsonl')], /^listening on (\S+)$/);
    return {
      url,
      good: 200,
      async stop() {
        await stop();
        rmSync(dir, { recursive: true });
      },
    };
  },
};
