import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode } from "../../packages/actors/src/codec.ts";
import {
  COMMAND_BYTES_MAX,
  encodeCommand,
  headerOf,
  HEADER_BYTES,
  isCommand,
  payloadOf,
  setHeader,
  type CommandHeader,
} from "../../packages/actors/src/command.ts";
import { VALUE_BYTES_MAX } from "../../packages/actors/src/key-value.ts";

const MAX_48 = 2 ** 48 - 1;

function roundTrip(header: CommandHeader): CommandHeader {
  const command = encodeCommand(null);
  setHeader(command, header);
  return headerOf(command);
}

describe("the header of a command (dissertation 6.3)", () => {
  test.each([
    ["the smallest", { client: 0, sequence: 1, floor: 0 }],
    ["the largest", { client: MAX_48, sequence: MAX_48, floor: MAX_48 }],
    ["beyond 32 bits", { client: 2 ** 32, sequence: 2 ** 32 + 5, floor: 2 ** 32 - 5 }],
    ["bytes that would be negative", { client: 0xffff_ffff, sequence: 0x8000_0000, floor: 1 }],
    ["the farthest floor", { client: 1, sequence: MAX_48, floor: MAX_48 - 0xffff_ffff }],
  ])("is the same there and back: %s", (_title, header) => {
    expect(roundTrip(header)).toEqual(header);
  });

  test("holds numbers to 48 bits, and a floor up to 2^32 behind", () => {
    const header = fc
      .record({ client: fc.nat(MAX_48), sequence: fc.nat(MAX_48), behind: fc.nat(0xffff_ffff) })
      .map(({ behind, ...rest }) => ({ ...rest, floor: Math.max(0, rest.sequence - behind) }));
    fc.assert(
      fc.property(header, (one) => {
        expect(roundTrip(one)).toEqual(one);
      }),
      { seed: 48 },
    );
  });

  test("leaves the payload alone, and the payload's view begins behind it", () => {
    const payload = { type: "put", key: "k", value: "ü" };
    const command = encodeCommand(payload);
    setHeader(command, { client: MAX_48, sequence: MAX_48, floor: 0 });
    expect(decode(payloadOf(command))).toEqual(payload);
    expect(payloadOf(command).byteLength).toBe(command.length - HEADER_BYTES);
  });

  test("of one command does not touch its neighbour in the shared buffer", () => {
    const [first, second] = [encodeCommand("first"), encodeCommand("second")];
    setHeader(second, { client: MAX_48, sequence: MAX_48, floor: MAX_48 });
    setHeader(first, { client: MAX_48, sequence: MAX_48, floor: 0 });
    expect([first, second].map((one) => decode(payloadOf(one)))).toEqual(["first", "second"]);
    expect(headerOf(second)).toEqual({ client: MAX_48, sequence: MAX_48, floor: MAX_48 });
  });
});

test("bytes are a command from 16, which is a header alone, to 4 MiB", () => {
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
  expect(isCommand(encodeCommand(command))).toBe(true);
});
