/**
 * Examples in docstrings of the packages: found, and written to files in this package so that their imports resolve.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { onTestFinished } from "vitest";
import { ROOT } from "./pages.ts";

export type Example = {
  /** The source file that it documents, without its folders: files move. */
  readonly of: string;
  readonly source: string;
  /** A module that others load, rather than a program. */
  readonly isModule: boolean;
};

/** All blocks marked `ts` in the docstrings of the packages, by file. */
export function docstringExamples(): readonly Example[] {
  return readdirSync(join(ROOT, "packages"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => sourcesIn(join(ROOT, "packages", name, "src")))
    .toSorted()
    .flatMap(examplesIn);
}

/** Writes an example into its own folder, for as long as the test runs. Gives the file's path. */
export function writeExample({ source }: Example): string {
  const folder = mkdtempSync(join(import.meta.dirname, "example-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "example.ts");
  writeFileSync(file, source);
  return file;
}

function sourcesIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
}

function examplesIn(path: string): readonly Example[] {
  const text = readFileSync(path, "utf8").replaceAll(/^ +\* ?/gm, "");
  return Array.from(text.matchAll(/^```ts\n(?<source>.*?)^```$/gms), ({ groups }) => {
    const source = groups?.["source"] ?? "";
    return { of: basename(path), source, isModule: /^export /m.test(source) };
  });
}
