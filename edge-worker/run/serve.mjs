// Runs the built Worker on this machine, in the platform's own runtime: for tests, benches and a look.
//
//   node edge-worker/run/serve.mjs [--port N] [--kinesis URL] [--stream NAME] [--vars FILE.json] [--var NAME=VALUE]…
//
// It says on standard output where it listens, passes the Worker's log lines to standard error, and stops with SIGTERM,
// SIGINT, the end of a piped standard input, or its parent. It asks nothing of the network.

import { fstatSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Log, LogLevel, Miniflare } from "miniflare";

const BUILD = fileURLToPath(new URL("../build/", import.meta.url));
const WRANGLER = new URL("../wrangler.toml", import.meta.url);
const PARENT_CHECK_MS = 1000;

/** Bindings for a stub of Kinesis on this machine. The credentials are a test's and no secret at all. */
const DEFAULTS = {
  UNSNAG_LOCAL: "1",
  UNSNAG_CLIENT_RATE_PER_S: "0",
  UNSNAG_SIGNING_KEYS: "00".repeat(32),
  KINESIS_ENDPOINT: "http://127.0.0.1:4567",
  KINESIS_STREAM: "unsnag",
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "UNSNAGTESTKEY",
  AWS_SECRET_ACCESS_KEY: "unsnag-test-secret",
};

function readArguments() {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8787" },
      kinesis: { type: "string" },
      stream: { type: "string" },
      vars: { type: "string" },
      var: { type: "string", multiple: true, default: [] },
    },
  });
  const bindings = { ...DEFAULTS };
  if (values.vars) Object.assign(bindings, JSON.parse(readFileSync(values.vars, "utf8")));
  if (values.kinesis) bindings.KINESIS_ENDPOINT = values.kinesis;
  if (values.stream) bindings.KINESIS_STREAM = values.stream;
  for (const pair of values.var) {
    const at = pair.indexOf("=");
    if (at < 1) throw new Error(`--var ${pair}: write NAME=VALUE`);
    bindings[pair.slice(0, at)] = pair.slice(at + 1);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port ${values.port}: no port`);
  return { port, bindings };
}

/** The date whose behaviour the deployment asks for, so that nothing is tested that is not deployed. */
function compatibilityDate() {
  const found = /^compatibility_date = "([\d-]+)"$/m.exec(readFileSync(WRANGLER, "utf8"));
  if (!found) throw new Error("wrangler.toml has no compatibility_date");
  return found[1];
}

/** Calls back when somebody wants this to end. */
function whenToStop(stop) {
  for (const signal of ["SIGTERM", "SIGINT"]) {
    // Miniflare's own listeners would end the process as killed.
    process.removeAllListeners(signal);
    process.on(signal, stop);
  }
  const input = fstatSync(0);
  if (input.isFIFO() || input.isSocket()) process.stdin.resume().once("close", stop);
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop(), PARENT_CHECK_MS).unref();
}

let given;
try {
  given = readArguments();
} catch (error) {
  console.error(`serve.mjs: ${error.message}`);
  process.exit(2);
}
const { port, bindings } = given;
const worker = new Miniflare({
  modules: [
    { type: "ESModule", path: `${BUILD}worker.mjs` },
    { type: "CompiledWasm", path: `${BUILD}unsnag.wasm` },
  ],
  modulesRoot: BUILD,
  bindings,
  compatibilityDate: compatibilityDate(),
  host: "127.0.0.1",
  port,
  // Else it downloads an example of what the platform knows of a request.
  cf: false,
  log: new Log(LogLevel.NONE),
  handleRuntimeStdio: (stdout, stderr) => {
    stdout.pipe(process.stderr);
    stderr.pipe(process.stderr);
  },
});

const url = await worker.ready;
let stopping = false;
whenToStop(async () => {
  if (stopping) return;
  stopping = true;
  await worker.dispose();
  process.exit(0);
});
console.log(`edge worker listening on ${url.origin}`);
