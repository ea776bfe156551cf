/** Runs at the state machine: each command once, whichever run a repeat is in (dissertation 6.3). */
import { index, MemoryLog, term, type Entry } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import { Applier } from "../../../packages/actors/src/node/applier.ts";
import { openingCommand, sessionOf } from "../../../packages/actors/src/sessions/command.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import type { StateMachine } from "../../../packages/actors/src/machine/state-machine.ts";
import { decodeParcel } from "../../../packages/actors/src/mail/wire.ts";
import { CLIENT, Journal, type Opened } from "../support/actors.ts";
import { stage } from "../support/apply-stage.ts";
import { runOf } from "../support/runs.ts";

const T1 = term(1);

/** Answers of {@link CLIENT}: to each command its place among those applied. */
function places(answers: Readonly<Record<number, number>>): readonly unknown[] {
  const outcomes = Object.entries(answers).map(([sequence, value]) => [
    sequence,
    { type: "ok", value },
  ]);
  return [{ to: clientAddress(CLIENT), answers: Object.fromEntries(outcomes) as unknown }];
}

test("each command of a run is applied in order, and answered", () => {
  const { machine, enter } = stage(new Journal());
  expect(enter([runOf(1, ["a", "b", "c"])])).toEqual(places({ 1: 1, 2: 2, 3: 3 }));
  expect(machine.applied).toEqual(["a", "b", "c"]);
});

test("a command means the same alone and in a run: text, bytes, numbers, long and short, and what is no command", () => {
  const values = [
    "",
    "ü".repeat(30),
    "x".repeat(2000),
    Uint8Array.of(1, 2),
    new Uint8Array(1000).fill(3),
    { type: "put", key: "k", value: "v" },
    [-0, 1.5, null, undefined, { a: [] }],
    "\ufeffmarked".repeat(20),
  ];
  const echo = (): StateMachine => {
    return { apply: (given) => given, snapshot: () => null, restore: () => {} };
  };
  const together = stage(echo()).enter([runOf(1, values)]);
  const apart = stage(echo());
  const each = values.flatMap((value, at) => apart.enter([runOf(at + 1, [value])]));
  const answersOf = (mail: readonly Opened[]): unknown =>
    Object.assign({}, ...mail.map((one) => ("answers" in one ? one.answers : {})));
  expect(answersOf(together)).toStrictEqual(answersOf(each));
});

test("byte strings that a machine keeps are its own: not views of the run", () => {
  const kept: Uint8Array[] = [];
  const { enter } = stage({
    apply: (given: unknown) => kept.push((given as Uint8Array).fill(9)),
    snapshot: () => null,
    restore: () => {},
  });
  const run = runOf(1, [new Uint8Array(10), new Uint8Array(1000)]);
  const before = new Uint8Array(run);
  enter([run]);
  expect(run).toEqual(before);
  expect(kept.map(({ buffer }) => buffer.byteLength)).toEqual([10, 1000]);
});

describe("repeats", () => {
  const FLOOR = { floor: 1 };

  test("a run that comes again is answered as the first time, and not applied", () => {
    const { machine, enter } = stage(new Journal());
    const run = runOf(1, ["a", "b"]);
    enter([run]);
    expect(enter([run])).toEqual(places({ 1: 1, 2: 2 }));
    expect(machine.applied).toEqual(["a", "b"]);
  });

  test.each<readonly [string, readonly CommandBytes[]]>([
    ["alone", [runOf(2, ["b"], FLOOR)]],
    ["in a shorter run", [runOf(2, ["b", "c"], FLOOR)]],
    ["in a longer run", [runOf(1, ["a", "b", "c", "d", "e"], FLOOR)]],
    ["in a run that began before", [runOf(1, ["a", "b"], FLOOR)]],
    ["in a run that ends later", [runOf(3, ["c", "d"], FLOOR)]],
    ["alone, each, the last first", [3, 2, 1].map((at) => runOf(at, [" abc"[at]], FLOOR))],
  ])("a command is applied once: it comes again %s", (_title, again) => {
    const { machine, enter } = stage(new Journal());
    enter([runOf(1, ["a", "b", "c"], FLOOR)]);
    const answers = enter(again).map((one) => ("answers" in one ? one.answers : {}));
    for (const [sequence, outcome] of Object.entries(Object.assign({}, ...answers) as object))
      expect(outcome).toEqual({ type: "ok", value: Number(sequence) });
    const due = ["a", "b", "c", "d", "e"].slice(0, machine.applied.length);
    expect(machine.applied).toEqual(due);
  });

  test("a run after a gap, and then what was in the gap", () => {
    const { machine, enter } = stage(new Journal());
    expect(enter([runOf(4, ["d", "e"], FLOOR)])).toEqual(places({ 4: 1, 5: 2 }));
    expect(enter([runOf(2, ["b", "c", "d"], FLOOR)])).toEqual(places({ 2: 3, 3: 4, 4: 1 }));
    expect(machine.applied).toEqual(["d", "e", "b", "c"]);
  });

  test("what is below the floor is neither applied nor answered, and the rest of its run is", () => {
    const { machine, enter } = stage(new Journal());
    enter([runOf(3, ["c"], { floor: 3 })]);
    expect(enter([runOf(1, ["a", "b", "c", "d"], FLOOR)])).toEqual(places({ 3: 1, 4: 2 }));
    expect(machine.applied).toEqual(["c", "d"]);
  });
});

test("a run whose session is not open is not applied, and each of its commands is answered so", () => {
  const { machine, applier, enter } = stage(new Journal());
  const other = sessionOf(CLIENT, 1);
  expect(enter([runOf(1, ["a", "b"], { client: other })])).toEqual([
    {
      to: clientAddress(CLIENT),
      answers: {
        1: { type: "definitelyNot", reason: "the session has expired" },
        2: { type: "definitelyNot", reason: "the session has expired" },
      },
    },
  ]);
  expect([machine.applied, applier.applied]).toEqual([[], 2]);
});

test("a command that throws is answered with its error, and the others are applied", () => {
  const { enter } = stage({
    apply(given: unknown) {
      if (given === "b") throw new TypeError("not b");
      return null;
    },
    snapshot: () => null,
    restore: () => {},
  });
  expect(enter([runOf(1, ["a", "b", "c"])])).toMatchObject([
    {
      answers: {
        1: { type: "ok", value: null },
        2: { type: "error", message: "not b" },
        3: { type: "ok", value: null },
      },
    },
  ]);
});

test("a turn is over once it has applied enough commands, whole entries only", () => {
  const { machine, applier, enter } = stage(new Journal());
  const runs = [runOf(1, ["a", "b", "c"]), runOf(4, ["d"]), runOf(5, ["e", "f"]), runOf(7, ["g"])];
  enter(runs, 4);
  expect([machine.applied.length, applier.applied]).toEqual([4, 3]);
  enter([], 1);
  expect([machine.applied.length, applier.applied]).toEqual([6, 4]);
  enter([], 1);
  expect([machine.applied.length, applier.applied]).toEqual([7, 5]);
});

test("answers to neighbors are one range, also from several entries", () => {
  const log = new MemoryLog<CommandBytes>((command) => command.length);
  const applier = new Applier(new Journal());
  const commands = [openingCommand(CLIENT, 0), runOf(1, ["a", "b"]), runOf(3, ["c"])];
  log.append(
    [...commands, runOf(9, ["d", "e"])].map((command, at): Entry<CommandBytes> => {
      return { type: "command", index: index(at + 1), term: T1, command };
    }),
  );
  const [letter] = applier.apply(log, log.lastIndex, Infinity, T1);
  const parcel = decodeParcel(letter?.bytes ?? new Uint8Array());
  expect(parcel).toMatchObject({
    type: "answers",
    ranges: [
      { first: 1, count: 3 },
      { first: 9, count: 2 },
    ],
  });
});
