import { expect, test } from "vitest";
import { decodeCopy, decodePart } from "../../../packages/actors/src/bytes/codec.ts";
import { flatRecord, packed } from "../../../packages/actors/src/bytes/flat-record.ts";
import { encodePlain } from "../../../packages/actors/src/bytes/plain-encoder.ts";

/** The bytes of a value between other bytes, and what is decoded of them. */
function among(bytes: Uint8Array) {
  const all = packed(Buffer.concat([Buffer.from("before"), bytes, Buffer.from("after")]));
  const [from, to] = [6, 6 + bytes.length];
  return { all, from, to };
}

function flat(value: unknown): unknown {
  const { all, from, to } = among(encodePlain(value, "value"));
  return flatRecord(all, from, to);
}

const PUT = { type: "put", key: "k1-1", value: "x".repeat(100) };

test.each([
  ["a put", PUT],
  ["empty texts", { type: "", key: "" }],
  ["a text of 31 bytes", { text: "y".repeat(31) }],
  ["a text of 32 bytes", { text: "y".repeat(32) }],
  ["a text of 255 bytes", { text: "z".repeat(255) }],
  ["names that are indexes", { 7: "b", 10: "a", x: "c" }],
  ["four properties", { type: "compareAndSet", key: "k", expected: "a", value: "b" }],
])("%s is decoded here, and as by the general decoder", (_, value) => {
  const decoded = flat(value);
  expect(decoded).toEqual(value);
  expect(decoded).toEqual(decodeCopy(encodePlain(value, "value")));
  expect(Object.keys(decoded as object)).toEqual(Object.keys(value));
  expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
});

test.each([
  ["no property", {}],
  ["five properties", { a: "1", b: "2", c: "3", d: "4", e: "5" }],
  ["a number", { type: "add", by: 1 }],
  ["null", { type: "compareAndSet", key: "k", expected: null, value: "b" }],
  ["a record in a record", { a: { b: "c" } }],
  ["a text that is not ASCII", { key: "käse" }],
  ["a name that is not ASCII", { käse: "key" }],
  ["a text that begins with a byte order mark", { key: "\uFEFFa" }],
  ["a text of 256 bytes", { text: "z".repeat(256) }],
  ["a name of 32 bytes", { ["n".repeat(32)]: "a" }],
  ["an empty name", { "": "a" }],
  ["a list", ["put", "k", "v"]],
  ["a text", "put"],
])("%s is left to the general decoder", (_, value) => {
  const { all, from, to } = among(encodePlain(value, "value"));
  expect(flatRecord(all, from, to)).toBeUndefined();
  expect(decodePart(all, from, to)).toEqual(value);
});

test("a name that would set the prototype is left to the general decoder", () => {
  const name = Buffer.from("__proto__");
  const bytes = Uint8Array.from([0xde, 0, 1, 0xa0 + name.length, ...name, 0xa1, 0x61]);
  const { all, from, to } = among(bytes);
  expect(flatRecord(all, from, to)).toBeUndefined();
});

test("names that share a place in the table of names are told apart, each time", () => {
  const records = Array.from({ length: 500 }, (_, at) => ({ [`n${at}`]: "a", [`${at}n`]: "b" }));
  for (let round = 0; round < 2; round += 1)
    for (const record of records) expect(flat(record)).toEqual(record);
});

test("what is cut off, or goes on after its end, is never a record", () => {
  const bytes = encodePlain(PUT, "value");
  const { all, from, to } = among(bytes);
  for (let end = from; end < to; end += 1) expect(flatRecord(all, from, end)).toBeUndefined();
  for (let end = to + 1; end < to + 5; end += 1) expect(flatRecord(all, from, end)).toBeUndefined();
});

test("whatever one byte is, it means the same as to the general decoder", () => {
  const bytes = encodePlain({ type: "put", key: "k", value: "y".repeat(40) }, "value");
  let [same, other] = [0, 0];
  for (let at = 0; at < bytes.length; at += 1)
    for (let value = 0; value < 256; value += 1) {
      const changed = Uint8Array.from(bytes);
      changed[at] = value;
      const { all, from, to } = among(changed);
      const found = flatRecord(all, from, to);
      if (found === undefined) {
        other += 1;
        continue;
      }
      same += 1;
      expect(found).toEqual(decodeCopy(changed));
    }
  // Most bytes are characters of texts: any ASCII character there makes a record.
  expect([same > 5_000, other > 5_000]).toEqual([true, true]);
});
