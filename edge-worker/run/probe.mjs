// A Worker around the built Wasm that scores without a batch: `POST /score` takes rows of features and answers score and
// level of each, `/loop?n=N&really=1` scores that many in one request. For tests and benches; it is never uploaded.

import { makeGlue } from "unsnag-glue";
import wasm from "./unsnag.wasm";

const glue = makeGlue({ exports: {} });
const { exports } = new WebAssembly.Instance(wasm, { "./unsnag_bg.js": glue });
glue.__wbg_set_wasm(exports);
exports.__wbindgen_start();

function score(row) {
  const values = Float64Array.from(row);
  return { score: glue.probe_score(values), level: glue.probe_level(values) };
}

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/score" && request.method === "POST") {
      const rows = await request.json();
      return Response.json(rows.map(score));
    }
    if (pathname === "/loop") {
      return new Response(String(glue.probe_scores(Number(searchParams.get("n")), searchParams.get("really") === "1")));
    }
    return new Response(null, { status: 404 });
  },
};
