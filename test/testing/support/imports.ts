import { readFileSync } from "node:fs";

const ROOT = new URL("../../../", import.meta.url);

/** The entry file of each package name. */
const ENTRIES: Readonly<Record<string, string>> = {
  "@kontiki/core": "packages/core/src/index.ts",
  "@kontiki/actors": "packages/actors/src/index.ts",
  "@kontiki/actors/node": "packages/actors/src/node.ts",
};

/** An import or a re-export that exists at runtime, not only for types. */
const FROM = /^(?:import|export) (?!type )(?<what>[^;]*?) from "(?<from>[^"]+)";$/gm;

/** What a file imports from a module outside of this repository. */
export type Foreign = { readonly file: string; readonly module: string; readonly what: string };

/** The files that are loaded together with some files, by path in the repository. */
export type Reached = { readonly files: readonly string[]; readonly foreign: readonly Foreign[] };

/** Any import or re-export from a file of this repository, types included. */
const RELATIVE = /(?:\bfrom|\bimport)\s*\(?\s*"(?<from>\.[^"]+)"/g;

/** The files of this repository that a file imports, types included, by path in the repository. */
export function importsOf(file: string): readonly string[] {
  const text = readFileSync(new URL(file, ROOT), "utf8");
  return Array.from(text.matchAll(RELATIVE), ({ groups }) =>
    new URL(groups?.["from"] ?? "", `file:///${file}`).pathname.slice(1),
  );
}

/** Everything that these files import, directly or indirectly. */
export function reachedFrom(entries: readonly string[]): Reached {
  const files = new Set(entries);
  const foreign: Foreign[] = [];
  // Iterating over a set also visits elements that are added meanwhile.
  for (const file of files) {
    for (const { groups } of readFileSync(new URL(file, ROOT), "utf8").matchAll(FROM)) {
      const { what = "", from: module = "" } = groups ?? {};
      if (module.startsWith(".")) files.add(new URL(module, `file:///${file}`).pathname.slice(1));
      else if (module === "#platform")
        files.add(file.replace(/(?<=\/src\/).*/, "platform/node.ts"));
      else if (ENTRIES[module] !== undefined) files.add(ENTRIES[module]);
      else foreign.push({ file, module, what });
    }
  }
  return { files: [...files].sort(), foreign };
}
