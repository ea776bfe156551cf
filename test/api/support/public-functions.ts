import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** An entry point of the packages. */
export type EntryPoint =
  | "@kontiki/core"
  | "@kontiki/actors"
  | "@kontiki/actors/node"
  | "@kontiki/actors/runtime"
  | "@kontiki/actors/threads"
  | "@kontiki/testing"
  | "@kontiki/testing/vitest"
  | "@kontiki/cli";

const SCRIPT = fileURLToPath(new URL("../../../api/public-functions.js", import.meta.url));

/** How many arguments each method of these classes takes at most; null for any number. */
export function methodCounts(
  ...classes: readonly string[]
): Readonly<Record<string, number | null>> {
  const printed = execFileSync(process.execPath, [SCRIPT, "--methods", ...classes]);
  return JSON.parse(printed.toString()) as Record<string, number | null>;
}

/** Of each entry point all functions that take something: `f`, `new C`, `C.f` for static ones, `C#f` for methods. */
export function publicFunctions(): Readonly<Record<EntryPoint, readonly string[]>> {
  const printed = execFileSync(process.execPath, [SCRIPT], { encoding: "utf8" });
  return JSON.parse(printed) as Record<EntryPoint, string[]>;
}
