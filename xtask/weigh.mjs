// What files weigh on the wire: for each path given, its bytes as they are, after gzip -9 and after brotli 11.
//
// Node has the reference implementations of both; others differ from them by up to half a per cent.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const weights = process.argv.slice(2).map((path) => {
  const bytes = readFileSync(path);
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }).length,
  };
});
console.log(JSON.stringify(weights));
