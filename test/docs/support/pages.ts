/**
 * The project's pages and their fenced blocks.
 *
 * The rule: a program is written once, in a file under examples/, which tests run. A page shows it by naming the file in
 * a comment above the block, which must then be equal to the file, byte by byte:
 *
 *     <!-- examples/embed/embed.js -->
 *
 *     ```js
 *     import { Cluster } from "@kontiki/actors";
 *     ...
 *     ```
 *
 * The path starts at the root of the repository. `<!-- examples/bank/bank.ts, in part -->` shows a few lines of a file: the
 * block must be consecutive lines of it, and may be indented less. Each block of `ts` or `js` needs such a comment; other
 * blocks may have one, such as a scenario in YAML.
 *
 * A block of `console` holds commands after `$ ` with what they print. The README of an example has them run by tests: see
 * transcript.ts.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** One fenced block of a page. */
export type Block = {
  readonly language: string;
  readonly text: string;
  /** The line of its opening fence, from 1. */
  readonly line: number;
  /** What the comment above it says that it shows. */
  readonly shows: { readonly path: string; readonly isPart: boolean } | undefined;
};

const BLOCK =
  /(?:^<!-- (?<path>[\w./-]+)(?<part>, in part)? -->\n\n?)?^```(?<language>[^\n]*)\n(?<text>.*?)^```$/gms;

/** The folders of the examples, from the root. */
export function exampleFolders(): readonly string[] {
  return foldersIn("examples").filter((folder) => existsSync(join(ROOT, folder, "package.json")));
}

/**
 * All pages, by their paths from the root. The READMEs of the packages are not among them: they must make sense outside of
 * the repository, and their programs are run from the installed packages (test/packages).
 */
export function pages(): readonly string[] {
  const folders = [".", "docs", "examples", ...foldersIn("examples")];
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name)),
  );
}

/** The fenced blocks of a page. */
export function blocksOf(path: string): readonly Block[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  return Array.from(text.matchAll(BLOCK), ({ 0: all, index, groups = {} }) => ({
    language: groups["language"] ?? "",
    text: groups["text"] ?? "",
    line: lineAt(text, index + all.indexOf("```")),
    shows:
      groups["path"] === undefined
        ? undefined
        : { path: groups["path"], isPart: groups["part"] !== undefined },
  }));
}

/** How many comments on a page name a file under examples/: each must be above a block. */
export function markersIn(path: string): number {
  return readFileSync(join(ROOT, path), "utf8").match(/^<!-- examples\//gm)?.length ?? 0;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
    .map(({ name }) => join(folder, name));
}
