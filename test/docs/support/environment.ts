/** What commands of pages and examples find in their environment. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Programs that come first on the path, and what Node loads first. */
export const BIN = join(import.meta.dirname, "bin");

/** Options of Node by which it loads modules of `bin` first: the one that makes one core of the machine, and `more`. */
export function nodeOptions(...more: readonly string[]): string {
  const loaded = ["one-core.mjs", ...more].map(
    (name) => `--import=${pathToFileURL(join(BIN, name)).href}`,
  );
  return [process.env["NODE_OPTIONS"] ?? "", ...loaded].join(" ").trim();
}

/** The environment of this process without what vitest has put into it. */
export function inherited(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST")),
  );
}
