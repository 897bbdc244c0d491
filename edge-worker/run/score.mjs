// The golden rows of the model in workerd: how far the built Wasm's scores lie from scikit-learn's, and whether its
// levels are the expected ones.
//
//   node edge-worker/run/score.mjs
//
// Prints {"rows":N,"max_difference":D,"levels":N,"differing":[…]} as one line of JSON. `levels` counts the rows whose
// level could be compared: a host rounds features to millionths, and near a cut either level is right.

import { readFile } from "node:fs/promises";
import { Log, LogLevel, Miniflare } from "miniflare";

import { probe } from "./probed.mjs";

const MODEL = new URL("../../model/artefacts/session/", import.meta.url);
/** How far any two runtimes may differ. */
const TOLERANCE = 1e-5;
/** That of the deployment does not matter here: nothing of the platform is used. */
const COMPATIBILITY_DATE = "2026-04-01";

const read = async (name) => JSON.parse(await readFile(new URL(name, MODEL), "utf8"));

/** Scores rows of features in workerd. */
async function scored(rows) {
  const worker = new Miniflare({
    modules: await probe(),
    compatibilityDate: COMPATIBILITY_DATE,
    host: "127.0.0.1",
    port: 0,
    cf: false,
    log: new Log(LogLevel.NONE),
  });
  try {
    const answer = await worker.dispatchFetch("http://probe/score", { method: "POST", body: JSON.stringify(rows) });
    if (!answer.ok) throw new Error(`the probe answered ${answer.status}: ${await answer.text()}`);
    return await answer.json();
  } finally {
    await worker.dispose();
  }
}

const { rows } = await read("golden.json");
const cuts = Object.values((await read("manifest.json")).levels);
const got = await scored(rows.map((row) => row.features));

let difference = 0;
let levels = 0;
const differing = [];
for (const [row, { features, sklearn, level }] of rows.entries()) {
  // JSON has no NaN: a row without a score is as far off as it can be.
  difference = Math.max(difference, Math.abs((got[row].score ?? Infinity) - sklearn));
  if (got[row].level === "" || cuts.some((cut) => Math.abs(sklearn - cut) < TOLERANCE)) continue;
  levels += 1;
  if (got[row].level !== level) differing.push({ row, features, expected: level, got: got[row].level });
}
console.log(JSON.stringify({ rows: rows.length, max_difference: difference, levels, differing }));
