// A scripted person: what hands can do to a page, at the speed of hands. Targets are selectors, or points `{ x, y }` of the
// viewport.

/** How long a finger stays on a mouse button or a key. */
const HELD_MS = 25;
/** Between two clicks or keys of somebody in a hurry, from one to the next. */
const GAP_MS = 150;
/** Steps of one movement of the pointer, each about a frame. */
const STEPS = 12;
const STEP_MS = 16;
/** How late a swipe may scroll the window. */
const SCROLLED_WITHIN_MS = 3000;

export class Person {
  /** Where the pointer is. */
  #at = { x: 400, y: 300 };
  #touches;

  /** `note(name, from, until)` is told of each episode; `settle` is how long verdicts may take, ms. */
  constructor(page, note, settle) {
    /** Playwright's page, for what no method here does. */
    this.page = page;
    this.note = note;
    this.settle = settle;
  }

  /** One stretch of frustration, named in the scenario's label. Verdicts may take up to `settle` ms longer. */
  async episode(name, body, { settle = 0 } = {}) {
    const from = Date.now();
    await body();
    await this.wait(Math.max(settle, this.settle));
    this.note(name, from, Date.now());
  }

  wait(ms) {
    return this.page.waitForTimeout(ms);
  }

  /** Reads, as before doing anything. */
  read(ms = 700) {
    return this.wait(ms);
  }

  /** The point of a target: its middle, or at these fractions of its size. */
  async point(target, { fx = 0.5, fy = 0.5 } = {}) {
    if (typeof target !== 'string') return target;
    // A page that goes by itself just now is looked at once more when the next one is there.
    const gone = (error) => {
      if (!/context|not attached/i.test(error.message)) throw error;
    };
    const box = (await this.#box(target).catch(gone)) ?? (await this.#box(target));
    if (!box) throw new Error(`${target} is not shown`);
    return { x: box.x + box.width * fx, y: box.y + box.height * fy };
  }

  async #box(target) {
    const found = this.page.locator(target).first();
    await found.waitFor({ state: 'attached', timeout: 5000 });
    await found.scrollIntoViewIfNeeded();
    return found.boundingBox();
  }

  /** Moves the pointer to a target in a slight curve. */
  async move(target, options = {}) {
    const to = await this.point(target, options);
    const from = this.#at;
    for (let step = 1; step <= STEPS; step += 1) {
      const part = step / STEPS;
      const bow = Math.sin(part * Math.PI) * 6;
      await this.page.mouse.move(from.x + (to.x - from.x) * part + bow, from.y + (to.y - from.y) * part - bow);
      await this.wait(STEP_MS);
    }
    await this.page.mouse.move(to.x, to.y);
    this.#at = to;
  }

  /** Moves the pointer through points, one every `every` ms. On a slow machine points are left out, not the tempo. */
  async path(points, { every = STEP_MS } = {}) {
    const begun = Date.now();
    for (let at = 0; at < points.length; at = Math.max(at + 1, Math.floor((Date.now() - begun) / every))) {
      await this.page.mouse.move(points[at].x, points[at].y);
      this.#at = points[at];
      await this.wait(Math.max(begun + (at + 1) * every - Date.now(), 0));
    }
    const last = points.at(-1);
    await this.page.mouse.move(last.x, last.y);
    this.#at = last;
  }

  /** Waits until a point in time: what the machine took meanwhile does not slow the hand down. */
  #until(time) {
    return this.wait(Math.max(time - Date.now(), 0));
  }

  /** Clicks; `times` in a row, `gap` ms from one to the next. `keys` are held meanwhile. */
  async click(target, { times = 1, gap = GAP_MS, button = 'left', keys = [], ...where } = {}) {
    await this.move(target, where);
    await this.wait(80);
    for (const key of keys) await this.page.keyboard.down(key);
    const begun = Date.now();
    for (let click = 0; click < times; click += 1) {
      await this.#until(begun + click * gap);
      await this.press({ button });
    }
    for (const key of keys) await this.page.keyboard.up(key);
  }

  /** The mouse button down and up where the pointer is; `count` is the browser's click count. */
  async press({ button = 'left', count = 1, held = HELD_MS } = {}) {
    await this.page.mouse.down({ button, clickCount: count });
    await this.wait(held);
    await this.page.mouse.up({ button, clickCount: count });
  }

  /** A double or triple click as the browser counts it. */
  async multiClick(target, count, { gap = 110, ...where } = {}) {
    await this.move(target, where);
    for (let click = 1; click <= count; click += 1) {
      if (click > 1) await this.wait(gap - HELD_MS);
      await this.press({ count: click });
    }
  }

  /** Presses on one target, moves, and lets go on another. */
  async drag(from, to) {
    await this.move(from);
    await this.page.mouse.down();
    await this.move(to);
    await this.page.mouse.up();
  }

  /** A key, `times` in a row: `Enter`, `Escape`, `Shift+Tab`, `a`, … */
  async key(name, { times = 1, gap = GAP_MS } = {}) {
    const begun = Date.now();
    for (let press = 0; press < times; press += 1) {
      await this.#until(begun + press * gap);
      await this.page.keyboard.press(name, { delay: HELD_MS });
    }
  }

  /** Holds a key as long as that; the system repeats it. */
  async hold(name, ms) {
    const end = Date.now() + ms;
    await this.page.keyboard.down(name);
    await this.wait(Math.min(400, ms));
    while (Date.now() < end) {
      await this.page.keyboard.down(name);
      await this.wait(40);
    }
    await this.page.keyboard.up(name);
  }

  /** Types into what has the focus, or clicks into a target first. */
  async type(text, { into, gap = 90 } = {}) {
    if (into) {
      await this.click(into);
      await this.wait(150);
    }
    await this.page.keyboard.type(text, { delay: gap });
  }

  /** Empties the field that has the focus, key by key. */
  async erase(count, { gap = 70 } = {}) {
    await this.page.keyboard.press('End');
    for (let press = 0; press < count; press += 1) {
      await this.page.keyboard.press('Backspace');
      await this.wait(gap);
    }
  }

  /** Turns the wheel by `by` px (down is positive) in steps, over a target if there is one. */
  async scroll(by, { over, every = 40, step = 120 } = {}) {
    if (over) await this.move(over);
    const sign = Math.sign(by);
    for (let done = 0; done < Math.abs(by); done += step) {
      await this.page.mouse.wheel(0, sign * Math.min(step, Math.abs(by) - done));
      await this.wait(every);
    }
  }

  /** A tap with a finger; the scenario must export `touch = true`. */
  async tap(target, { times = 1, gap = GAP_MS, ...where } = {}) {
    const { x, y } = await this.point(target, where);
    const begun = Date.now();
    for (let tap = 0; tap < times; tap += 1) {
      await this.#until(begun + tap * gap);
      await this.page.touchscreen.tap(x, y);
    }
  }

  /** A finger swipes from a target by `dx`, `dy` px; the scenario must export `touch = true`. */
  async swipe(target, { dx = 0, dy = 0, steps = 10, ...where } = {}) {
    this.#touches ??= await this.page.context().newCDPSession(this.page);
    const { x, y } = await this.point(target, where);
    const send = (type, touchPoints) => this.#touches.send('Input.dispatchTouchEvent', { type, touchPoints });
    await send('touchStart', [{ x, y }]);
    for (let step = 1; step <= steps; step += 1) {
      await send('touchMove', [{ x: x + (dx * step) / steps, y: y + (dy * step) / steps }]);
      await this.wait(STEP_MS);
    }
    await send('touchEnd', []);
  }

  /** Fails unless the window is scrolled further than this, as a swipe should have done; a busy browser may be late. */
  async hasScrolled(px) {
    const scrolled = this.page.waitForFunction((px) => scrollY > px, px, { timeout: SCROLLED_WITHIN_MS });
    await scrolled.catch(() => {
      throw new Error('the finger did not scroll');
    });
  }

  /** The browser's back button. */
  back() {
    return this.page.goBack({ waitUntil: 'load' });
  }

  /**
   * The browser's back button, to a page that comes back from the browser's memory; the scenario must export
   * `bfcache = true`. Playwright waits for ever for such a page to load, but works on it.
   */
  async restore() {
    await this.page.evaluate(() => setTimeout(() => history.back()));
    await this.wait(300);
    if (!(await this.page.evaluate('window.persisted'))) throw new Error('the page did not come back from the browser\'s memory');
  }

  /** The browser's reload button. */
  reload() {
    return this.page.reload({ waitUntil: 'load' });
  }

  /** Leaves for another site. */
  leave() {
    return this.page.goto('about:blank');
  }
}
