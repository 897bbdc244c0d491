// The package's entry for bundlers and module scripts.

import * as sdk from './sdk';
import type { Options, Unsnag } from '@unsnag/sdk';

export { UnsnagError } from './error';
export { current } from './sdk';

export const init = (options: Options): Unsnag =>
  sdk.init(options, () => new URL('unsnag.wasm', import.meta.url));
