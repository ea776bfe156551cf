import { builtinModules } from "node:module";
import { basename } from "node:path";

const LENGTH_MAX = 214;

/** Names that npm refuses, or that would hide what the project itself imports. */
const TAKEN = new Set(["node_modules", "favicon.ico", "vitest", "typescript", ...builtinModules]);

/** A name for the package in this folder that npm accepts, as like the folder's own as may be. */
export function packageName(folder: string): string {
  const name = basename(folder)
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z\d._-]+/g, "-")
    .replaceAll(/^[-._]+|[-._]+$/g, "")
    .slice(0, LENGTH_MAX);
  if (name === "") return "kontiki-project";
  return TAKEN.has(name) ? `${name}-project` : name;
}
