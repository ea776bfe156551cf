import { createHash, type Hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Packages whose code decides what a run does, and how its result is counted. */
const PACKAGES = ["@kontiki/core", "@kontiki/actors", "@kontiki/testing"] as const;

/** What is code in them: compiled modules, the shipped scenarios, and the exact versions of what they depend on. */
const CODE = /^(?:package\.json|(?:dist|scenarios)\/.*\.(?:js|yaml))$/;

let known: string | undefined;

/**
 * The digest of the built packages: two processes with the same digest run a seed in the same way. The name of a file is a
 * part of it, where it is installed is not.
 */
export function codeDigest(): string {
  known ??= digestOf([...PACKAGES.map(folderOf), ownFolder()]);
  return known;
}

/** The digest of these packages' folders. */
export function digestOf(folders: readonly string[]): string {
  const hash = createHash("sha256");
  for (const folder of folders) addFolder(hash, folder);
  return hash.digest("hex").slice(0, 16);
}

function addFolder(hash: Hash, folder: string): void {
  const files = ["package.json", ...filesIn(folder, "dist"), ...filesIn(folder, "scenarios")];
  for (const file of files.filter((name) => CODE.test(name)).toSorted()) {
    const bytes = readFileSync(join(folder, file));
    hash.update(`${file}\n${file === "package.json" ? dependenciesIn(bytes) : ""}`);
    if (file !== "package.json") hash.update(bytes);
  }
}

function filesIn(folder: string, part: string): readonly string[] {
  try {
    const files = readdirSync(join(folder, part), { recursive: true, encoding: "utf8" });
    return files.map((file) => `${part}/${file.replaceAll("\\", "/")}`);
  } catch {
    return [];
  }
}

/** A packed manifest differs from that of the workspace in all but this. Packages of ours are hashed themselves. */
function dependenciesIn(manifest: Buffer): string {
  const { version, dependencies = {} } = JSON.parse(manifest.toString()) as {
    readonly version: string;
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  const names = Object.keys(dependencies).filter((name) => !name.startsWith("@kontiki/"));
  return JSON.stringify([version, names.toSorted().map((name) => [name, dependencies[name]])]);
}

/** A package's folder: its entry is in `dist`. */
function folderOf(name: string): string {
  return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
}

function ownFolder(): string {
  return dirname(dirname(dirname(fileURLToPath(import.meta.url))));
}
