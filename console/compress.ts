// Lays a Brotli-compressed file beside each built one, as the server sends them.
import { constants, brotliCompressSync } from "node:zlib";
import type { Plugin } from "vite";

const LARGE_ENOUGH = 256;

export function compress(): Plugin {
  return {
    name: "compress",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const [fileName, output] of Object.entries(bundle)) {
          const source = Buffer.from(output.type === "chunk" ? output.code : output.source);
          if (source.length < LARGE_ENOUGH) continue;
          const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
          this.emitFile({
            type: "asset",
            fileName: `${fileName}.br`,
            source: brotliCompressSync(source, { params }),
          });
        }
      },
    },
  };
}
