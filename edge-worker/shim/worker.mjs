// What the platform calls: it passes requests to an instance of the Wasm, and survives that instance.
//
// A panic ends in a trap, and after a trap an instance is of no use any more: its memory may be half changed, and what
// it was waiting for will never be looked at. So every way into the Wasm is watched. When one does not come back, each
// request that waits for this instance is answered with the 500 that core words for it, and the next request runs on a
// fresh one. Each instance has its own copy of wasm-bindgen's glue, which keeps memory views, object tables and
// callbacks; nothing of a dead instance can reach its successor.
//
// A request looks by itself, on a timer, whether its instance is lost. Telling it would mean to settle a promise of one
// request while another one runs: that comes late at times, and a request that waits for nothing of its own meanwhile
// is cancelled by the platform as hung.

import wasm from "./unsnag.wasm";
import { makeGlue } from "unsnag-glue";

const LOST = Symbol("the instance is lost");

/** How often a request looks whether its instance is lost. */
const LOOK_EVERY_MS = 20;

/** The instance that gets the next request; none right after one was lost. */
let current;

class Instance {
  #lost = false;
  #waiting = 0;

  constructor() {
    this.glue = makeGlue({ exports: {} });
    const { exports } = new WebAssembly.Instance(wasm, { "./unsnag_bg.js": this.glue });
    const watched = mapFunctions(exports, (call) => (...args) => this.#enter(call, args));
    // What its timers and promises still call once it is lost.
    this.silenced = mapFunctions(exports, () => () => undefined);
    this.glue.__wbg_set_wasm(watched);
    watched.__wbindgen_start();
  }

  #enter(call, args) {
    try {
      return call(...args);
    } catch (error) {
      this.#lose(error);
      throw error;
    }
  }

  #lose(error) {
    if (this.#lost) return;
    this.#lost = true;
    if (current === this) current = undefined;
    this.glue.__wbg_set_wasm(this.silenced);
    // Of a trap the engine says what it was; what another error says may quote a payload.
    const trap = error instanceof WebAssembly.RuntimeError ? error.message : String(error?.name);
    log("instance_lost", `the instance is lost, with ${this.#waiting} waiting requests`, { trap });
  }

  /** The Worker's answer, or `LOST`. */
  async fetch(request, env, ctx) {
    let timer;
    const lost = new Promise((resolve) => {
      timer = setInterval(() => this.#lost && resolve(LOST), LOOK_EVERY_MS);
    });
    this.#waiting += 1;
    try {
      return await Promise.race([this.glue.fetch(request, env, ctx), lost]);
    } catch (error) {
      if (this.#lost) return LOST;
      throw error;
    } finally {
      this.#waiting -= 1;
      clearInterval(timer);
    }
  }
}

function mapFunctions(exports, change) {
  const mapped = {};
  for (const [name, value] of Object.entries(exports)) {
    mapped[name] = typeof value === "function" ? change(value) : value;
  }
  return mapped;
}

function log(code, message, fields) {
  console.error(JSON.stringify({ level: "error", code, message, ...fields }));
}

current = new Instance();
// Asked for while there is certainly somebody to answer.
const refusal = JSON.parse(current.glue.refusal());

function running() {
  return (current ??= new Instance());
}

/** The 500 for this request: from core, by way of an instance that lives, so that the page may read it. */
function refuse(request, env) {
  try {
    return running().glue.refuse(request, env);
  } catch {
    return new Response(refusal.body, { status: refusal.status, headers: refusal.headers });
  }
}

async function respond(request, env, ctx) {
  try {
    const answer = await running().fetch(request, env, ctx);
    return answer === LOST ? refuse(request, env) : answer;
  } catch (error) {
    log("internal_error", "a request could not be answered", { error: String(error?.name) });
    return refuse(request, env);
  }
}

export default {
  fetch(request, env, ctx) {
    const answer = respond(request, env, ctx);
    // A page that is left does not wait, and its last batch is wanted all the same. What the platform cancels half way
    // would also stay in the instance's memory for good.
    ctx.waitUntil(answer);
    return answer;
  },
};
