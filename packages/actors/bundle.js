/**
 * Makes one file of each thread's code and of all that it imports of these packages: `dist/bundles`. A thread that reads one
 * file instead of two hundred starts with half of the processor time. Foreign packages stay imports. Does nothing when the
 * bundles are newer than what they are made of, so it follows the compiler: see `src/supervision/bundle-of.ts`.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(fileURLToPath(import.meta.url));
const folder = join(root, "dist/bundles");

/** The threads that a cluster starts. */
const THREADS = ["worker", "supervisor-worker"];

/** The compiler writes these last. */
const COMPILED = ["dist/tsconfig.tsbuildinfo", "../core/dist/tsconfig.tsbuildinfo"];

const oldest = Math.min(...THREADS.map((name) => changedAt(join(folder, `${name}.mjs`))));
const made = Math.max(...["bundle.js", ...COMPILED].map((file) => changedAt(join(root, file))));
if (oldest < made) {
  mkdirSync(folder, { recursive: true });
  await Promise.all(THREADS.map(bundle));
}

async function bundle(name) {
  const bundled = await rolldown({
    input: join(root, `dist/threads/${name}.js`),
    platform: "node",
    tsconfig: false,
    external: (id) => !id.startsWith(".") && !id.startsWith("/") && !isOurs(id),
    resolve: { conditionNames: ["node", "import", "default"] },
    plugins: [{ name: "maps of the compiler", load: withMap }],
  });
  const file = join(folder, `${name}.mjs`);
  const { output } = await bundled.generate({
    file,
    format: "esm",
    codeSplitting: false,
    comments: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
  });
  await bundled.close();
  const [{ code, map }] = output;
  replace(`${file}.map`, JSON.stringify(map));
  replace(file, code);
}

/** A thread may start meanwhile: it finds the old file or the new one. */
function replace(file, text) {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}

function isOurs(id) {
  return id.startsWith("@kontiki/") || id.startsWith("#");
}

/** What the compiler wrote, with its map: so the bundle's map leads to the sources. */
function withMap(id) {
  return { code: readFileSync(id, "utf8"), map: readFileSync(`${id}.map`, "utf8") };
}

/** In ms since 1970; 0 for a file that is not there. */
function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
