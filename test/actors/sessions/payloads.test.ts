/** Payloads at the state machine that no client encodes: every node answers them the same. */
import { describe, expect, test } from "vitest";
import { decode } from "../../../packages/actors/src/bytes/codec.ts";
import { encodePlain } from "../../../packages/actors/src/bytes/plain-encoder.ts";
import type { Slice } from "../../../packages/actors/src/bytes/slice.ts";
import type { StateMachine } from "../../../packages/actors/src/machine/state-machine.ts";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import { commandOf } from "../../../packages/actors/src/sessions/command.ts";
import { outcomeOf } from "../../../packages/actors/src/sessions/result.ts";
import { RunPacker } from "../../../packages/actors/src/sessions/run.ts";
import { CLIENT, Journal } from "../support/actors.ts";
import { stage } from "../support/apply-stage.ts";

describe("a payload that is cut off is answered the same", () => {
  const bytes = encodePlain({ type: "put", value: "v".repeat(100), more: [1.5] }, "c").slice();
  const cut = Array.from(bytes, (_, to) =>
    commandOf({ client: CLIENT, sequence: to + 1, floor: 1 }, { bytes, from: 0, to }),
  );
  const refused = [
    {
      to: clientAddress(CLIENT),
      answers: Object.fromEntries(
        cut.map((_, at) => [at + 1, { type: "error", message: "the payload is not plain data" }]),
      ),
    },
  ];

  test.each([0x00, 0x61, 0x80, 0xc0, 0xd9, 0xff])(
    "whatever is after it in memory: %i",
    (surroundings) => {
      const among = cut.map((command) => {
        const memory = new Uint8Array(4096).fill(surroundings);
        memory.set(command, 100);
        return memory.subarray(100, 100 + command.length);
      });
      expect(stage(new Journal()).enter(among)).toEqual(refused);
    },
  );

  // Null, an empty record, the beginnings of a text and of a list: a decoder takes each for something else.
  test.each([0xc0, 0x80, 0xd9, 0x9f])("whatever the node decoded before: %i", (filling) => {
    const { applier, enter } = stage(new Journal());
    decode(encodePlain(new Uint8Array(500).fill(filling), "before"));
    expect(enter(cut)).toEqual(refused);
    const fresh = stage(new Journal());
    fresh.enter(cut);
    expect(applier.digest()).toBe(fresh.applier.digest());
  });
});

/** Payloads that a decoder of msgpack reads and that are not plain data: what they are depends on more than their bytes. */
const FOREIGN: readonly (readonly [string, readonly number[]])[] = [
  ["a text that lies behind the payload", textBehind(31, 60)],
  ["lists in lists, deeper than a stack has space for in some threads", [...nested(3000), 0xc0]],
  ["an object that all payloads share", [0xc1]],
  ["a table of classes", [0xd4, 0x65, 0, 0x92, 0xa7, ...Buffer.from("valueOf"), 0xc0]],
  ["an error, which has a stack", [0xd4, 0x65, 0, 0x92, 0xa5, ...Buffer.from("Error"), 0xa1, 0x61]],
  ["a list that contains itself", [0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70, 0, 0, 0, 1]],
  ["an integer of 64 bits", [0xcf, 1, 2, 3, 4, 5, 6, 7, 8]],
  ["a date", [0xd6, 0xff, 1, 2, 3, 4]],
];

/** Texts are in a bundle that begins at `at`, and the next bundle takes the decoder back to the end of the payload. */
function textBehind(at: number, length: number): readonly number[] {
  const first = [0x92, 0xc7, 4, 0x62, 0, 0, 0, at - 4, 0xc1, 0xd0, 256 - length];
  return [...first, 0xc7, 4, 0x62, 0, 0, 0, 5, 0xc0, 0xa0, 0xa0];
}

function nested(depth: number): readonly number[] {
  return Array.from({ length: depth }, () => 0x91);
}

describe("a payload that is not plain data is refused on every node", () => {
  const echo: StateMachine = {
    apply: (given) => given,
    query: (given) => given,
    snapshot: () => null,
    restore: () => {},
  };
  const outcome = { type: "error", message: "the payload is not plain data" };

  test.each(FOREIGN)("%s", (_title, payload) => {
    const bytes = Uint8Array.from(payload);
    const command = commandOf({ client: CLIENT, sequence: 1, floor: 1 }, whole(bytes));
    const other = encodePlain({ type: "put", key: "password", value: "secret ".repeat(20) }, "c");
    decode(other);
    expect(stage(echo).enter([command])).toEqual([
      { to: clientAddress(CLIENT), answers: { 1: outcome } },
    ]);
    decode(other);
    expect(outcomeOf(stage(echo).applier.query(bytes))).toEqual(outcome);
  });

  test("also in a run, in which other commands are applied", () => {
    const packer = new RunPacker();
    const parts = [encodePlain("a", "c"), ...FOREIGN.map(([, bytes]) => Uint8Array.from(bytes))];
    for (const [at, bytes] of [...parts, encodePlain("z", "c")].entries())
      packer.add(CLIENT, at + 1, framed(bytes));
    const applied: unknown[] = [];
    const { enter } = stage({ ...echo, apply: (given) => applied.push(given) });
    enter([packer.end(1) ?? new Uint8Array()]);
    expect(applied).toEqual(["a", "z"]);
  });
});

function whole(bytes: Uint8Array): Slice {
  return { bytes, from: 0, to: bytes.length };
}

/** A value with its length before it. */
function framed(value: Uint8Array): Slice {
  const bytes = Buffer.alloc(4 + value.length);
  bytes.writeUInt32BE(value.length);
  bytes.set(value, 4);
  return { bytes, from: 4, to: bytes.length };
}
