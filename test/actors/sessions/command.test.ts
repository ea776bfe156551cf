import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../../packages/actors/src/bytes/codec.ts";
import { viewOf } from "../../../packages/actors/src/bytes/slice.ts";
import {
  clientOf,
  COMMAND_BYTES_MAX,
  commandOf,
  DISTANCE_MAX,
  encodeCommand,
  headerOf,
  HEADER_BYTES,
  openingCommand,
  reachedAt,
  SEQUENCE_MAX,
  sessionOf,
  type CommandHeader,
} from "../../../packages/actors/src/sessions/command.ts";
import { isCommand } from "../../../packages/actors/src/sessions/run.ts";
import { VALUE_BYTES_MAX } from "../../../packages/actors/src/machine/key-value.ts";

const MAX_48 = 2 ** 48 - 1;

function roundTrip(header: CommandHeader): CommandHeader {
  return headerOf(commandOf(header, encodeCommand(null)));
}

describe("the header of a command (dissertation 6.3)", () => {
  test.each([
    ["the smallest", { client: 0, sequence: 1, floor: 0 }],
    ["the largest", { client: MAX_48, sequence: SEQUENCE_MAX, floor: SEQUENCE_MAX }],
    ["beyond 32 bits", { client: 2 ** 32, sequence: 2 ** 32 + 5, floor: 2 ** 32 - 5 }],
    [
      "bytes that would be negative",
      { client: 0xffff_ffff, sequence: 0x8000_0000, floor: 0x7fff_fff0 },
    ],
    ["the farthest floor", { client: 1, sequence: 2 ** 40, floor: 2 ** 40 - DISTANCE_MAX }],
  ])("is decoded unchanged: %s", (_title, header) => {
    expect(roundTrip(header)).toEqual(header);
  });

  test("holds a session of 48 bits, a number of 47, and a floor up to 2^24 below", () => {
    const header = fc
      .record({
        client: fc.nat(MAX_48),
        sequence: fc.nat(SEQUENCE_MAX),
        behind: fc.nat(DISTANCE_MAX),
      })
      .map(({ behind, ...rest }) => ({ ...rest, floor: Math.max(0, rest.sequence - behind) }));
    fc.assert(
      fc.property(header, (one) => {
        expect(roundTrip(one)).toEqual(one);
      }),
      { seed: 48 },
    );
  });

  test("does not touch the payload, which begins after it", () => {
    const payload = { type: "put", key: "k", value: "ü" };
    const command = commandOf({ client: MAX_48, sequence: 5, floor: 0 }, encodeCommand(payload));
    expect(decode(command.subarray(HEADER_BYTES))).toEqual(payload);
  });

  test("commands that were encoded one after the other are apart", () => {
    const payloads = ["first", "second", "x".repeat(100_000), "last"].map((one) =>
      encodeCommand(one),
    );
    expect(payloads.map((one) => decode(viewOf(one)))).toEqual([
      "first",
      "second",
      "x".repeat(100_000),
      "last",
    ]);
  });
});

test("a command has 16 bytes, a header alone, to 4 MiB", () => {
  const sizes = [0, 15, 16, COMMAND_BYTES_MAX, COMMAND_BYTES_MAX + 1];
  expect(sizes.map((size) => isCommand(new Uint8Array(size)))).toEqual([
    false,
    false,
    true,
    true,
    false,
  ]);
});

test("two of the key-value machine's largest values fit into one command", () => {
  const value = "v".repeat(VALUE_BYTES_MAX);
  const command = { type: "compareAndSet", key: "k".repeat(1024), expected: value, value };
  const header = { client: 1, sequence: 1, floor: 1 };
  expect(isCommand(commandOf(header, encodeCommand(command)))).toBe(true);
});

describe("sessions", () => {
  test("the command that opens one is a header alone, and includes an index that the log had reached", () => {
    const opening = openingCommand(MAX_48, 2 ** 40 + 5);
    expect(headerOf(opening)).toEqual({ client: MAX_48, sequence: 0, floor: 0 });
    expect([isCommand(opening), opening.length, reachedAt(opening)]).toEqual([
      true,
      HEADER_BYTES,
      5,
    ]);
  });

  test("a client has 256, one after another, and all are recognized as its own", () => {
    const all = Array.from({ length: 256 }, (_, nth) => sessionOf(7, nth));
    expect(new Set(all).size).toBe(256);
    expect(Math.max(...all)).toBeLessThan(2 ** 48);
    expect(new Set(all.map(clientOf))).toEqual(new Set([7]));
    expect(sessionOf(7, 256)).toBe(7);
  });
});

describe("what msgpack would silently change is not a command", () => {
  const withProto: unknown = JSON.parse('{"__proto__": 1}');
  test.each([
    ["a lone surrogate", "a\ud83d", "lone surrogate"],
    ["the other kind, deep inside", [{ a: ["\ude00"] }], "lone surrogate"],
    ["one in a key", { "\ud83d": 1 }, "lone surrogate"],
    ["a key that would set the prototype", withProto, "a key __proto__"],
    ["the same, deep inside", [{ a: withProto }], "a key __proto__"],
    ["a function", () => 1, "a function"],
    ["a map", new Map(), "a Map"],
  ])("%s", (_title, payload, text) => {
    const act = (): unknown => encodeCommand(payload);
    expect(act).toThrow(TypeError);
    expect(act).toThrow(`${text}`);
    expect(act).toThrow("is not plain data");
  });

  test("surrogate pairs, and keys named like properties of objects, are plain data", () => {
    const payload = { "😀": "😀", constructor: "c", toString: 1 };
    expect(decode(viewOf(encodeCommand(payload)))).toEqual(payload);
  });
});
