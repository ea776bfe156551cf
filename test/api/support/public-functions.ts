import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** An entry point of the packages. */
export type EntryPoint =
  | "@kontiki/core"
  | "@kontiki/actors"
  | "@kontiki/actors/node"
  | "@kontiki/testing"
  | "@kontiki/testing/vitest"
  | "@kontiki/cli";

/** Of each entry point all functions that take something: `f`, `new C`, `C.f` for static ones, `C#f` for methods. */
export function publicFunctions(): Readonly<Record<EntryPoint, readonly string[]>> {
  const script = fileURLToPath(new URL("../../../api/public-functions.js", import.meta.url));
  const printed = execFileSync(process.execPath, [script], { encoding: "utf8" });
  return JSON.parse(printed) as Record<EntryPoint, string[]>;
}
