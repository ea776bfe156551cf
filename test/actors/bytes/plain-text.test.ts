import { describe, expect, test } from "vitest";
import { exactJson, exactText } from "../../../packages/actors/src/bytes/plain-text.ts";
import { encodePlain } from "../../../packages/actors/src/bytes/plain-encoder.ts";
import { CARRIED } from "../support/plain-values.ts";

describe("plain data as text", () => {
  test.each([
    [{ a: [1, "b", null, true] }, '{"a":[1,"b",null,true]}'],
    [undefined, "undefined"],
    [[-0, 0, NaN, Infinity, -Infinity], "[-0,0,NaN,Infinity,-Infinity]"],
    [{ a: undefined }, '{"a":undefined}'],
    [[Uint8Array.of(0, 255), Uint8Array.of()], "[h'00ff',h'']"],
  ])("%j", (value, text) => {
    expect(exactText(value)).toBe(text);
  });
});

describe("plain data as JSON", () => {
  test.each([
    [{ a: [1, "b", null, true] }, { a: [1, "b", null, true] }],
    [undefined, { $undefined: true }],
    [
      [-0, NaN, -Infinity],
      [{ $number: "-0" }, { $number: "NaN" }, { $number: "-Infinity" }],
    ],
    [{ a: Uint8Array.of(0, 255) }, { a: { $base64: "AP8=" } }],
    [
      { $base64: "AP8=", b: -0 },
      {
        $record: [
          ["$base64", "AP8="],
          ["b", { $number: "-0" }],
        ],
      },
    ],
  ])("%j", (value, written) => {
    expect(JSON.parse(JSON.stringify(exactJson(value)))).toEqual(written);
  });
});

test("different values have different texts, and different JSON", () => {
  const seen = { bytes: new Set(), text: new Set(), json: new Set() };
  for (const [, value] of CARRIED) {
    // Neither shows whether an object has a prototype.
    if (exactText(value).startsWith('{"a":1,"b":{"c":[{}]}}')) continue;
    seen.bytes.add(Buffer.from(encodePlain(value, "it")).toString("hex"));
    seen.text.add(exactText(value));
    seen.json.add(JSON.stringify(exactJson(value)));
  }
  expect([seen.text.size, seen.json.size]).toEqual([seen.bytes.size, seen.bytes.size]);
});
