// The entry for a script tag: the global `unsnag` with the same functions.

import * as sdk from './sdk';
import type { Options, Unsnag } from '@unsnag/sdk';

export { UnsnagError } from './error';
export { current } from './sdk';

// Known only while the script runs for the first time.
const script = document.currentScript as HTMLScriptElement | null;

export const init = (options: Options): Unsnag =>
  sdk.init(options, () => new URL('unsnag.wasm', script?.src ?? location.href));
