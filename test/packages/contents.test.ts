import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";
import { LIBRARIES, nameOf, PACKAGES, unpackedProject } from "./support/consumer.ts";
import { Installed, type Manifest } from "./support/installed.ts";
import { ROOT } from "./support/tarballs.ts";

const installed = async (name: (typeof PACKAGES)[number]): Promise<Installed> =>
  new Installed(await unpackedProject(), name);

/** Which files a tarball has, by what they are. */
const KINDS = [
  /^(?:package\.json|README\.md|LICENSE)$/,
  /^src\/.*\.ts$/,
  /^dist\/.*\.(?:js|d\.ts)(?:\.map)?$/,
];
const TEMPLATES = /^template\/(?:common|typescript|javascript)\/[\w.]+$/;
const BUNDLES = /^dist\/bundles\/(?:supervisor-)?worker\.mjs(?:\.map)?$/;
const PROGRAM = /^dist\/bundles\/(?:[\w-]+\.mjs|LICENSES|FILES)$/;
const PAGE = /^dist\/web\/page\.html$/;
const ASSETS = [/^assets\/[\w-]+\.(?:js|css)$/, /^scenarios\/(?:[A-Z]+\.md|\w+\.yaml)$/];
const OWN_KINDS: Readonly<Record<string, readonly RegExp[]>> = {
  actors: [BUNDLES],
  testing: ASSETS,
  "create-kontiki": [TEMPLATES],
  cli: [PAGE, PROGRAM],
};

test.each(PACKAGES)("%s holds what is needed and nothing else", async (name) => {
  const { files } = await installed(name);
  const kinds = [...KINDS, ...(OWN_KINDS[name] ?? [])];
  expect(files.filter((file) => !kinds.some((kind) => kind.test(file)))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
});

test.each(["assets", "scenarios"])(
  "all of the %s are in the tarball of testing",
  async (folder) => {
    const { files } = await installed("testing");
    const packed = files
      .filter((file) => file.startsWith(`${folder}/`))
      .map((file) => posix.basename(file));
    expect(packed).toEqual(readdirSync(`${ROOT}/packages/testing/${folder}`).toSorted());
  },
);

test.each(LIBRARIES)("the maps of %s lead to sources that are there", async (name) => {
  const holds = await installed(name);
  const maps = holds.files.filter((file) => file.endsWith(".map"));
  const sources = maps.flatMap((file) => {
    const map = JSON.parse(holds.text(file)) as { readonly sources: readonly string[] };
    return map.sources.map((source) => posix.join(posix.dirname(file), source));
  });
  const own = sources.filter((source) => !source.startsWith("../"));
  expect(new Set(own)).toEqual(new Set(holds.files.filter((file) => file.startsWith("src/"))));
  // The code of threads is bundled with that of the core.
  const core = new Set((await installed("core")).files.map((file) => `../core/${file}`));
  expect(sources.filter((source) => source.startsWith("../") && !core.has(source))).toEqual([]);
});

test("the bundles of threads are in the tarball of actors", async () => {
  const { files } = await installed("actors");
  expect(files.filter((file) => file.endsWith(".mjs"))).toEqual([
    "dist/bundles/supervisor-worker.mjs",
    "dist/bundles/worker.mjs",
  ]);
});

test("the bundle of the program is in the tarball of cli, with the licences of what it copies", async () => {
  const { files } = await installed("cli");
  expect(files).toEqual(expect.arrayContaining(["dist/bundles/main.mjs", "dist/bundles/LICENSES"]));
});

test.each(PACKAGES)("the manifest of %s has nothing of the workspace", async (name) => {
  const { manifest, files } = await installed(name);
  const text = JSON.stringify(manifest);
  expect(text).not.toMatch(/workspace:|catalog:|@kontiki\/source|"[^"]*\/src\/|prepack/);
  const { version } = manifest;
  const own = Object.entries({ ...(manifest["dependencies"] as object) }).filter(([dependency]) =>
    dependency.startsWith("@kontiki/"),
  );
  expect(own.map(([, range]) => range)).toEqual(own.map(() => version));
  expect(pathsOf(manifest).filter((path) => !files.includes(path))).toEqual([]);
});

test.each(PACKAGES)("the manifest of %s tells where it comes from", async (name) => {
  const { manifest } = await installed(name);
  const url = "https://github.com/kontiki-raft/kontiki";
  expect(manifest).toMatchObject({
    name: nameOf(name),
    license: "MIT",
    engines: { node: ">=20.19" },
    repository: { type: "git", url: `git+${url}.git`, directory: `packages/${name}` },
    homepage: `${url}/tree/main/packages/${name}#readme`,
    bugs: `${url}/issues`,
    publishConfig: { access: "public", provenance: true },
  });
  expect((manifest["keywords"] as readonly string[]).length).toBeGreaterThan(3);
});

test("all packages have one version, that of the workspace", async () => {
  const versions = await Promise.all(
    PACKAGES.map(async (name) => (await installed(name)).manifest.version),
  );
  const root = JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")) as Manifest;
  expect(new Set(versions)).toEqual(new Set([root.version]));
});

test.each(LIBRARIES)("%s exports the same to the world as to the workspace", (name) => {
  const text = readFileSync(`${ROOT}/packages/${name}/package.json`, "utf8");
  const { exports, publishConfig } = JSON.parse(text, (key, value: unknown) =>
    key === "@kontiki/source" ? undefined : value,
  ) as Manifest & { readonly publishConfig: Manifest };
  expect(publishConfig.exports).toEqual(exports);
});

/** All paths that a manifest names, from the package's folder. */
function pathsOf({ exports, sideEffects, bin = {} }: Manifest): readonly string[] {
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [target] : Object.values(target),
  );
  const effects = sideEffects === false ? [] : sideEffects;
  return [...targets, ...effects, ...Object.values(bin)].map((path) => posix.normalize(path));
}
