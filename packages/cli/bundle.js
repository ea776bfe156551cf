/**
 * Makes a few files of all code of `kontiki` that help and the commands of `src/host/main-for.ts` load, with that of the packages that
 * they use: `dist/bundles`. A command that reads a few files instead of four hundred starts in less time.
 *
 * Foreign packages stay imports, but for two of CommonJS, for which Node would load all that importing such packages needs. The bundle
 * has no maps: nobody debugs it, as `dist/main.js` is the same program. Does nothing when the bundle is whole, and newer than what it is
 * made of, so it follows the compiler.
 *
 * A program that runs loads some files of its bundle late, such as those of faults. So files of earlier bundles stay for some days,
 * unless it is told `--alone`, as for a package.
 */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(fileURLToPath(import.meta.url));
const folder = join(root, "dist/bundles");

/** How long files of earlier bundles stay. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
const isAlone = process.argv.includes("--alone");

/** The names of all files of the bundle, one a line. */
const LIST = "FILES";

/** A file in a folder of the compiled code of actors. */
const HERE =
  'new URL("./dist/bundles/main.mjs", import.meta.resolve("@kontiki/actors/package.json")).href';

const actors = join(root, "../actors/dist/");
const testing = join(root, "../testing/dist/");

/** The compiler writes these last. */
const COMPILED = ["cli", "actors", "core", "testing"].map((name) =>
  join(root, `../${name}/dist/tsconfig.tsbuildinfo`),
);

const { BUNDLED } = await import(new URL("dist/host/main-for.js", import.meta.url).href);

/** Foreign packages that are in the bundle, with their licences beside it. */
const INLINED = ["commander", "picocolors"];

/** Files of commands, where they have another name. */
const FILES = { status: "remote-status" };
const commands = new Set([
  ...BUNDLED.map((name) => `${FILES[name] ?? name}.js`),
  // Parts of `up`.
  "config-file.js",
  "config-place.js",
]);

/**
 * Else each part that two commands share is a file of its own. What help loads stays apart, and so do the errors: most commands that
 * talk to a cluster elsewhere need nothing else of actors.
 */
const GROUPS = [
  { name: "errors", test: /actors\/dist\/errors\.js$/ },
  { name: "session", test: /cli\/dist\/(?:render|session|prompt|launch|control)\// },
];

const made = Math.max(...[join(root, "bundle.js"), ...COMPILED].map(changedAt));
if (changedAt(join(folder, "main.mjs")) < made || !isWhole()) await bundle();
removeOthers();

async function bundle() {
  const bundled = await rolldown({
    input: join(root, "dist/main.js"),
    platform: "node",
    tsconfig: false,
    preserveEntrySignatures: "allow-extension",
    checks: { ineffectiveDynamicImport: false },
    resolve: { conditionNames: ["node", "import", "default"] },
    plugins: [{ name: "kontiki", resolveId, transform }],
  });
  const { output } = await bundled.generate({
    dir: folder,
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name]-[hash].mjs",
    comments: false,
    codeSplitting: { includeDependenciesRecursively: false, groups: GROUPS },
  });
  await bundled.close();
  mkdirSync(folder, { recursive: true });
  // The entry comes last: a program may start meanwhile.
  const files = output.toSorted((a, b) => Number(a.isEntry ?? false) - Number(b.isEntry ?? false));
  const names = ["LICENSES", LIST, ...files.map(({ fileName }) => fileName)];
  replace(join(folder, "LICENSES"), licences());
  replace(join(folder, LIST), names.map((name) => `${name}\n`).join(""));
  for (const file of files) replace(join(folder, file.fileName), file.code);
}

/** Its files; none if there is no list of them. */
function listed() {
  const list = join(folder, LIST);
  return changedAt(list) === 0 ? [] : readFileSync(list, "utf8").split("\n").slice(0, -1);
}

function isWhole() {
  const names = listed();
  return names.length > 0 && names.every((name) => changedAt(join(folder, name)) > 0);
}

function removeOthers() {
  const names = new Set(listed());
  const before = isAlone ? Infinity : Date.now() - KEPT_MS;
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (!names.has(name) && changedAt(file) < before) rmSync(file, { force: true });
  }
}

/** Other commands with the engines that they use, and all foreign packages, stay outside. Of testing there is what faults need. */
function resolveId(id, importer, { kind }) {
  if (importer === undefined) return undefined;
  if (id === "@kontiki/testing") return join(testing, "workers/fault-desk.js");
  if (id === "@kontiki/nats") return { id, external: true };
  if (id.startsWith("@kontiki/") || id.startsWith("#")) return undefined;
  if (INLINED.includes(id) || isForeign(importer)) return undefined;
  if (!id.startsWith(".")) return { id, external: true };
  const [room, name] = resolve(dirname(importer), id).split("/").slice(-2);
  const isOther = room === "engines" || (room === "commands" && !commands.has(name));
  return kind === "dynamic-import" && isOther
    ? { id: `../${room}/${name}`, external: true }
    : undefined;
}

/**
 * The threads' files and the built-in machine are beside the code of actors, not beside the bundle. A text for people names
 * `import.meta.url` as well.
 */
function transform(code, id) {
  return id.startsWith(actors)
    ? code.replaceAll(/import\.meta\.url(?!\)\.href")/g, HERE)
    : undefined;
}

function isForeign(path) {
  return path.includes("/node_modules/");
}

function licences() {
  const texts = INLINED.map((name) => {
    const text = readFileSync(join(root, "node_modules", name, "LICENSE"), "utf8");
    return `${name}\n\n${text.trim()}\n`;
  });
  return texts.join("\n\n");
}

function replace(file, text) {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}

/** In ms since 1970; 0 for a file that is not there. */
function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
