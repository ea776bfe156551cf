import { readFileSync } from "node:fs";

const ROOT = new URL("../../../", import.meta.url);

/** Where the names of packages lead. */
const ENTRIES: Readonly<Record<string, string>> = {
  "@kontiki/core": "packages/core/src/index.ts",
  "@kontiki/actors": "packages/actors/src/index.ts",
  "@kontiki/actors/node": "packages/actors/src/node.ts",
};

/** An import or an export from elsewhere that is there when the program runs: not one of types alone. */
const FROM = /^(?:import|export) (?!type )(?<what>[^;]*?) from "(?<from>[^"]+)";$/gm;

/** What a file takes from a module that is none of this repository. */
export type Foreign = { readonly file: string; readonly module: string; readonly what: string };

/** What is loaded when some files are: by path in the repository. */
export type Reached = { readonly files: readonly string[]; readonly foreign: readonly Foreign[] };

/** Any import or export from a file of this repository, types included. */
const RELATIVE = /(?:\bfrom|\bimport)\s*\(?\s*"(?<from>\.[^"]+)"/g;

/** The files of this repository that a file imports, types included: by path in the repository. */
export function importsOf(file: string): readonly string[] {
  const text = readFileSync(new URL(file, ROOT), "utf8");
  return Array.from(text.matchAll(RELATIVE), ({ groups }) =>
    new URL(groups?.["from"] ?? "", `file:///${file}`).pathname.slice(1),
  );
}

/** All that these files import, and what that imports, to the end. */
export function reachedFrom(entries: readonly string[]): Reached {
  const files = new Set(entries);
  const foreign: Foreign[] = [];
  // A set gives what is added while it is walked.
  for (const file of files) {
    for (const { groups } of readFileSync(new URL(file, ROOT), "utf8").matchAll(FROM)) {
      const { what = "", from: module = "" } = groups ?? {};
      if (module.startsWith(".")) files.add(new URL(module, `file:///${file}`).pathname.slice(1));
      else if (ENTRIES[module] !== undefined) files.add(ENTRIES[module]);
      else foreign.push({ file, module, what });
    }
  }
  return { files: [...files].sort(), foreign };
}
