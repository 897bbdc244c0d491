// The modules of the probing Worker, as Miniflare takes them: probe.mjs, and what `cargo xtask worker` made.

import { readFile } from "node:fs/promises";

/** Shim and glue are one file in the build; the glue alone is left beside it, in the build's own folder. */
const GLUE = "../../target/xtask/worker/make_glue.mjs";
const WASM = "../build/unsnag.wasm";

/** The modules, the entry first; of another build where its files are given. */
export async function probe({ glue = GLUE, wasm = WASM } = {}) {
  const files = [
    ["ESModule", "probe.mjs", "probe.mjs"],
    ["ESModule", "unsnag-glue", glue],
    ["CompiledWasm", "unsnag.wasm", wasm],
  ];
  return Promise.all(files.map(async ([type, path, file]) => ({ type, path, contents: await read(file) })));
}

async function read(file) {
  try {
    return await readFile(new URL(file, import.meta.url));
  } catch (error) {
    throw new Error(`${file} cannot be read: run \`cargo xtask worker\``, { cause: error });
  }
}
