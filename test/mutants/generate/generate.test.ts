import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";
import { edited } from "../edit.ts";
import { generated, mutantsOf } from "./generate.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const FILE = "packages/core/src/lock.ts";

/** The names of the mutants of a text, each with the line that it changes. */
function changes(text: string): readonly string[] {
  return mutantsOf(FILE, text).map(({ id, edits }) => {
    const [edit] = edits;
    const lines = edit === undefined ? [] : edited(text, edit).split("\n");
    const changed = lines.filter((line) => !text.split("\n").includes(line));
    return `${id}: ${changed.map((line) => line.trim()).join(" ")}`;
  });
}

describe("a generated mutant", () => {
  test("includes or excludes the equal case, or reverses a comparison", () => {
    expect(changes("function f(a: number) {\n  return a < 2 === a > 1;\n}")).toEqual([
      "core/lock:f/comparison-1: return a < 2 !== a > 1;",
      "core/lock:f/comparison-2: return a <= 2 === a > 1;",
      "core/lock:f/comparison-3: return a < 2 === a >= 1;",
    ]);
  });

  test("moves a bound by one, or takes the other end", () => {
    expect(
      changes("function f(a: Index) {\n  return minIndex(indexAfter(a), list.at(1)) - 1;\n}"),
    ).toEqual([
      "core/lock:f/bound-1: return (minIndex(indexAfter(a), list.at(1)));",
      "core/lock:f/bound-2: return maxIndex(indexAfter(a), list.at(1)) - 1;",
      "core/lock:f/bound-3: return minIndex((a), list.at(1)) - 1;",
      "core/lock:f/bound-4: return minIndex(indexAfter(a), list.at(2)) - 1;",
    ]);
  });

  test("drops a part of a condition, or a guard", () => {
    expect(
      changes("function f(a: boolean, b: boolean) {\n  if (!a && b) return;\n  g();\n}"),
    ).toEqual([
      "core/lock:f/condition-1: ;",
      "core/lock:f/condition-2: if ((!a)) return;",
      "core/lock:f/condition-3: if ((b)) return;",
      "core/lock:f/condition-4: if ((a) && b) return;",
      "core/lock:f/effect-1: ;",
    ]);
  });

  test("does not swap numbers that are written at different places", () => {
    const orders = (body: string): number =>
      changes(`function f(b: Uint8Array) {\n${body}\n}`).filter((id) => id.includes("order-"))
        .length;
    expect(orders("setUint32(b, 0, x);\nsetUint48(b, 4, y);")).toBe(0);
    expect(orders("b.writeUInt32LE(x, 0);\nb.writeBigUInt64LE(y, 4);")).toBe(0);
    expect(orders("setUint32(b, 0, x);\nsetUint48(b, 0, y);")).toBe(1);
    expect(orders("setUint32(b, at, x);\nsetUint48(b, 4, y);")).toBe(1);
  });

  test("drops an effect, a call, or the update of a field, and swaps neighbours", () => {
    expect(
      changes(
        "class A {\n  m(): void {\n    this.#a();\n    b();\n    return c();\n  }\n  n() {\n    return { state: { ...s, t }, effects: [x, y] };\n  }\n}",
      ),
    ).toEqual([
      "core/lock:m/order-1: ",
      "core/lock:m/effect-1: ;",
      "core/lock:m/effect-2: ;",
      "core/lock:m/effect-3: return;",
      "core/lock:n/effect-1: return { state: { ...s }, effects: [x, y] };",
      "core/lock:n/effect-2: return { state: { ...s, t }, effects: [y] };",
      "core/lock:n/effect-3: return { state: { ...s, t }, effects: [x] };",
      "core/lock:n/order-1: return { state: { ...s, t }, effects: [y, x] };",
    ]);
  });

  test("is not made of assertions, errors, texts, types and constructors", () => {
    expect(
      changes(
        "class A {\n  constructor() {\n    b();\n  }\n  m(a: 1 | 2) {\n    assert(a < 2);\n    throw new Error(`${a < 2}`);\n  }\n}\nconst LIMIT = 1;",
      ),
    ).toEqual([]);
  });

  test("keeps its name when other functions change", () => {
    const later = "function g(a: number) {\n  return a < 2;\n}\n";
    const earlier = "function f(a: number) {\n  return a < 2;\n}\n";
    const names = (text: string): readonly string[] => mutantsOf(FILE, text).map(({ id }) => id);
    expect(names(earlier + later)).toEqual([...names(earlier), ...names(later)]);
  });

  test("is rejected when its file is not TypeScript", () => {
    expect(() => mutantsOf(FILE, "function (")).toThrow(FILE);
  });
});

describe("the generated mutants of the sources", () => {
  const all = generated(ROOT);

  test("are many, with unique names", () => {
    expect(all.length).toBeGreaterThanOrEqual(2000);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  test("are one edit each that applies and leaves TypeScript", () => {
    const texts = new Map<string, string>();
    const bad = all.filter(({ edits }, at) => {
      const [edit, ...others] = edits;
      if (edit === undefined || others.length > 0) return true;
      const text = texts.get(edit.file) ?? readFileSync(`${ROOT}${edit.file}`, "utf8");
      texts.set(edit.file, text);
      const mutated = edited(text, edit);
      if (mutated === text) return true;
      // Parsing each of them would take as long as everything else here.
      return at % 10 === 0 && parseSync(edit.file, mutated).errors.length > 0;
    });
    expect(bad.map(({ id }) => id)).toEqual([]);
  });
});
