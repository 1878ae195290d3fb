import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { build, type Plugin, type Rollup } from "vite";

const NAME = "sw.js";
const SOURCE = "src/sw/worker.ts";
// Fonts are many, and each visitor needs few: those are kept as they come. Pictures of the icon are the system's.
const LEFT_OUT = /\.(woff2|png|webmanifest)$/;

/** Build the service worker beside everything else, with the names of all files of this version inside. */
export function worker(): Plugin {
  let root = "";
  let publicFolder = "";
  return {
    name: "service-worker",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      root = config.root;
      publicFolder = config.publicDir;
    },
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const version = createHash("sha256");
        const names = [...Object.keys(bundle).sort(), ...(await readdir(publicFolder)).sort()];
        for (const name of names) version.update(name).update(await contentOf(name));
        const files = names.filter((name) => !LEFT_OUT.test(name)).map(addressOf);
        const source = await built({
          KALENDS_VERSION: JSON.stringify(version.digest("hex").slice(0, 16)),
          KALENDS_FILES: JSON.stringify(files),
        });
        this.emitFile({ type: "asset", fileName: NAME, source });

        async function contentOf(name: string): Promise<string | Uint8Array> {
          const output = bundle[name];
          if (!output) return readFile(join(publicFolder, name));
          return output.type === "chunk" ? output.code : output.source;
        }
      },
    },
  };

  async function built(define: Record<string, string>): Promise<string> {
    const result = (await build({
      root,
      configFile: false,
      publicDir: false,
      logLevel: "warn",
      define,
      build: {
        write: false,
        target: "es2023",
        modulePreload: false,
        rollupOptions: { input: join(root, SOURCE), output: { format: "iife" } },
      },
    })) as Rollup.RollupOutput;
    return result.output[0].code;
  }
}

function addressOf(name: string): string {
  return name === "index.html" ? "/" : `/${name}`;
}
