import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { plainText, samePlain } from "../../../packages/testing/src/history/plain.ts";

const bytes = (...of: readonly number[]): Uint8Array => Uint8Array.from(of);

describe("plain data is compared by value", () => {
  it.each([
    ["numbers", 1, 1, true],
    ["another number", 1, 2, false],
    ["no number", Number.NaN, Number.NaN, true],
    ["a number and a text", 1, "1", false],
    ["nothing and a record", null, {}, false],
    ["bytes", bytes(1, 2), Buffer.from([1, 2]), true],
    ["bytes of another realm", runInNewContext("new Uint8Array([1])"), bytes(1), true],
    ["negative zero", -0, 0, false],
    ["other bytes", bytes(1, 2), bytes(1, 3), false],
    ["more bytes", bytes(1), bytes(1, 2), false],
    ["bytes and a list", bytes(1), [1], false],
    ["lists", [1, ["a"]], [1, ["a"]], true],
    ["another list", [1, ["a"]], [1, ["b"]], false],
    ["a list and a record", ["a"], { 0: "a" }, false],
    ["records, whatever the order of names", { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ["a record with one name more", { a: 1 }, { a: 1, b: 2 }, false],
    ["records with other names", { a: undefined }, { b: undefined }, false],
  ])("%s", (_what, one, other, same) => {
    expect([samePlain(one, other), samePlain(other, one)]).toEqual([same, same]);
  });
});

describe("plain data as people read it", () => {
  it.each([
    [{ a: 1 }, '{"a":1}'],
    [undefined, "nothing"],
    [[-0, NaN, -Infinity, undefined, null], "[-0,NaN,-Infinity,undefined,null]"],
    [{ a: bytes(0, 255) }, `{"a":h'00ff'}`],
    ["x".repeat(99), `"${"x".repeat(59)}...`],
  ])("%j", (value, text) => {
    expect(plainText(value)).toBe(text);
  });
});
