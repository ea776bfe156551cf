import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";

/** A file of this folder and all that it imports as one script for browsers. A module of Node in it is an error. */
export async function bundled(file: string): Promise<string> {
  const entry = fileURLToPath(new URL(file, import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "no modules of node",
        enforce: "pre",
        resolveId(id, importer) {
          if (id.startsWith("node:")) throw new Error(`${importer} imports ${id}`);
        },
      },
    ],
    build: {
      write: false,
      minify: false,
      target: "es2022",
      lib: { entry, formats: ["iife"], name: "bundle" },
    },
  });
  const { output } = (Array.isArray(result) ? result[0] : result) as Rollup.RollupOutput;
  return output[0].code;
}
