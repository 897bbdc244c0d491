// Fetches the Wasm and connects it.

import { __wbg_set_wasm as connect, imports } from './generated/unsnag.js';
import { later, look, random } from './bridge';

/** Rejects where the Wasm cannot be had or is not allowed. It is compiled when it is all there: then its type is not asked. */
export async function load(url: string | URL): Promise<void> {
  const bytes = await (await fetch(url)).arrayBuffer();
  // What takes and gives numbers alone is imported as it is, all else through wasm-bindgen's module.
  const { instance } = await WebAssembly.instantiate(bytes, { _: imports, '../bridge': { later, look, random } });
  connect(instance.exports);
}
