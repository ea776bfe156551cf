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

type Found = {
  /** Of each entry point all functions that take something: `f`, `new C`, `C.f` for static ones, `C#f` for methods. */
  readonly functions: Readonly<Record<EntryPoint, readonly string[]>>;
  /** How many arguments each method of the given classes takes at most; null for any number. */
  readonly methods: Readonly<Record<string, number | null>>;
};

/** What the compiler knows of the built packages. It takes seconds. */
export function publicFunctions(...classes: readonly string[]): Found {
  const printed = execFileSync(process.execPath, [SCRIPT, ...classes], { encoding: "utf8" });
  const [functions = "", methods = ""] = printed.split("\n");
  return {
    functions: JSON.parse(functions) as Found["functions"],
    methods: JSON.parse(methods) as Found["methods"],
  };
}
