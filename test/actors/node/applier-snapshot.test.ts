/** Snapshots of the applied state: sessions and state machine together (§7, dissertation 5.1 and 6.3). */
import { index, MemoryLog, term, type Entry } from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Applier } from "../../../packages/actors/src/node/applier.ts";
import { decode, encode } from "../../../packages/actors/src/bytes/codec.ts";
import {
  commandOf as alone,
  encodeCommand,
  openingCommand,
} from "../../../packages/actors/src/sessions/command.ts";
import { KeyValue } from "../../../packages/actors/src/machine/key-value.ts";
import { outcomeOf } from "../../../packages/actors/src/sessions/result.ts";
import type { StateMachine } from "../../../packages/actors/src/machine/state-machine.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { commandOf, Journal, opened } from "../support/actors.ts";
import { Chance } from "../../core/support/chance.ts";

const T1 = term(1);
const MACHINES: [string, () => StateMachine][] = [
  ["returned in parts", inParts],
  ["returned at once", givenWhole],
];

function inParts(): StateMachine {
  return new KeyValue() as StateMachine;
}

/** The key-value machine with only the required methods. */
function givenWhole(): StateMachine {
  const machine = new KeyValue() as StateMachine;
  return {
    apply: (command) => machine.apply(command),
    snapshot: () => machine.snapshot(),
    restore: (snapshot) => machine.restore(snapshot),
  };
}

function logOf(commands: readonly CommandBytes[]): MemoryLog<CommandBytes> {
  const entries = commands.map((command, at): Entry<CommandBytes> => ({
    type: "command",
    index: index(at + 1),
    term: T1,
    command,
  }));
  return new MemoryLog((command) => command.length, entries);
}

/** A history of a few clients: sessions are opened, used, used again by copies, and end. */
function history(chance: Chance, length: number): CommandBytes[] {
  const commands: CommandBytes[] = [];
  for (let at = 1; at <= length; at += 1) {
    const client = 1 + chance.below(5);
    const copy = chance.below(4) === 0 ? chance.pick(commands) : undefined;
    if (copy !== undefined) commands.push(copy);
    else if (chance.below(6) === 0) commands.push(openingCommand(client, at));
    else {
      const header = { client, sequence: at, floor: Math.max(1, at - chance.below(40)) };
      commands.push(alone(header, encodeCommand(keyValueCommand(chance, at))));
    }
  }
  return commands;
}

function keyValueCommand(chance: Chance, at: number): unknown {
  const key = `k${chance.below(12)}`;
  const type = chance.pick(["put", "put", "append", "delete", "get"]);
  // Large enough for a state of several parts.
  return { type, key, value: `${at}`.repeat(1000) };
}

function applierOf(make: () => StateMachine): Applier {
  return new Applier(make(), { sessionsMax: 3, idleEntries: 25 });
}

function answers(applier: Applier, log: MemoryLog<CommandBytes>, upTo: number): unknown {
  const mail = [];
  while (applier.applied < upTo) mail.push(...applier.apply(log, index(upTo), 1, T1));
  return opened(mail);
}

test.each(MACHINES)(
  "a state %s: a snapshot at any index, read while the log continues, plus the rest of the log equals the whole log",
  (_title, make) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const chance = new Chance(seed);
        const log = logOf(history(chance, 120));
        const at = chance.below(121);
        const whole = applierOf(make);
        answers(whole, log, at);
        const taken = whole.digest();
        const iteration = whole.snapshot();
        const parts: Uint8Array[] = [];
        const after: unknown[] = [];
        for (let next = at + 1; next <= 120; next += 1) {
          if (chance.below(10) === 0) {
            const part = iteration.next();
            if (part.done !== true) parts.push(part.value);
          }
          after.push(answers(whole, log, next));
        }
        const again = applierOf(make);
        // The earlier state must not matter.
        answers(again, log, chance.below(121));
        again.restore([...parts, ...iteration], index(at));
        expect(again.applied).toBe(at);
        expect(again.digest()).toBe(taken);
        for (let next = at + 1; next <= 120; next += 1)
          expect(answers(again, log, next)).toEqual(after[next - at - 1]);
        expect(again.digest()).toBe(whole.digest());
      }),
      { seed: 5, numRuns: 25 },
    );
  },
  60_000,
);

test("the parts of a snapshot are the same on every node, whichever snapshots it took or restored before", () => {
  const log = logOf(history(new Chance(9), 120));
  const [one, other] = [applierOf(inParts), applierOf(inParts)];
  answers(one, log, 60);
  other.restore(one.snapshot(), index(60));
  const iteration = one.snapshot();
  iteration.next();
  answers(one, log, 80);
  iteration.return();
  answers(one, log, 120);
  answers(other, log, 120);
  expect([...one.snapshot()]).toEqual([...other.snapshot()]);
});

describe("the digest", () => {
  test("covers machine and sessions, and nothing of their history", () => {
    const digestOf = (...commands: readonly CommandBytes[]): string => {
      const applier = new Applier(new KeyValue() as StateMachine);
      answers(applier, logOf(commands), commands.length);
      return applier.digest();
    };
    const put = (sequence: number, key: string, floor = 3): CommandBytes =>
      commandOf(sequence, { type: "put", key, value: "v" }, { floor });
    const opening = openingCommand(7, 0);
    const [one, other] = [
      digestOf(opening, put(1, "a"), put(2, "b"), put(3, "c")),
      digestOf(opening, put(1, "b"), put(2, "c"), put(3, "a")),
    ];
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(other).toBe(one);
    expect(digestOf(opening, put(1, "a"), put(2, "b"), put(3, "d"))).not.toBe(one);
    expect(digestOf(opening, put(1, "a"), put(2, "b"), put(3, "c", 2))).not.toBe(one);
  });
});

describe("an iteration that is ended early", () => {
  test.each([0, 1, 3])("also ends that of the machine, after %d parts", (count) => {
    let ended = 0;
    const machine: StateMachine = {
      apply: () => null,
      snapshot: () => null,
      restore: () => {},
      snapshotParts: () => ({
        [Symbol.iterator]: () => ({
          next: () => ({ done: false, value: 1 }),
          return: () => {
            ended += 1;
            return { done: true, value: undefined };
          },
        }),
      }),
      restoreParts: () => {},
    };
    const iteration = new Applier(machine).snapshot();
    for (let drawn = 0; drawn < count; drawn += 1) iteration.next();
    iteration.return();
    iteration.return();
    expect(ended).toBe(1);
  });
});

describe("what is not a snapshot is rejected, with the reason", () => {
  const HEAD = encode([0, 1]);
  const ENDED = encode([2, []]);
  const WHOLE = encode([3, []]);
  const session = [7, 0, 1, 0, []];

  test.each<[string, readonly Uint8Array[], string]>([
    ["nothing", [], "its first part does not name its format"],
    ["no format", [ENDED], "its first part does not name its format"],
    [
      "a later format",
      [encode([0, 2])],
      "a snapshot of format 2: this program reads only format 1",
    ],
    ["not msgpack", [HEAD, Uint8Array.of(0x92, 1)], "part 2 cannot be read"],
    ["a value of another shape", [HEAD, encode("x")], "part 2 is not a kind and a content"],
    ["incomplete sessions", [HEAD, encode([1, [session]])], "its sessions are incomplete"],
    ["sessions that are not a list", [HEAD, encode([1, 5])], "its sessions are not a list"],
    ["a session of text", [HEAD, encode([1, ["x"]])], "one of its sessions is invalid"],
    ["half a result", [HEAD, encode([1, [[7, 0, 1, 0, [0]]]])], "the results of session 7"],
    ["ended sessions of text", [HEAD, encode([2, ["x"]])], "its ended sessions are not pairs"],
    ["no state", [HEAD, ENDED], "the state machine has no restoreParts"],
    [
      "more after the state",
      [HEAD, ENDED, WHOLE, WHOLE],
      "there are parts after the complete state",
    ],
    ["a state in parts", [HEAD, ENDED, encode([4, 1])], "the state machine has no restoreParts"],
    [
      "a state that the machine rejects",
      [HEAD, ENDED, encode([3, 5])],
      "the state machine cannot restore it",
    ],
  ])("%s", (_title, parts, text) => {
    const applier = new Applier(new Journal() as StateMachine);
    expect(() => applier.restore(parts, index(1))).toThrow(text);
  });

  test("among the parts of a state: one of another kind, and one that the machine rejects", () => {
    const applier = new Applier(new KeyValue() as StateMachine);
    const take = (...parts: readonly Uint8Array[]): void =>
      applier.restore([HEAD, ENDED, ...parts], index(1));
    expect(() => take(encode([4, ["a", "1"]]), WHOLE)).toThrow("a part of another kind");
    expect(() => take(encode([4, ["a"]]))).toThrow(
      "the state machine cannot restore it: a part of",
    );
    take();
    expect(decode(applier.query(encode({ type: "list", prefix: "" })))).toEqual([0, []]);
  });

  test("an error thrown while the parts are read is passed on unchanged", () => {
    const damaged = new RangeError("damaged");
    function* parts(): Generator<Uint8Array> {
      yield HEAD;
      throw damaged;
    }
    expect(() => new Applier(new KeyValue() as StateMachine).restore(parts(), index(1))).toThrow(
      damaged,
    );
  });
});

test("results larger than a part, and more than fit into one, are restored", () => {
  const machine: StateMachine = {
    apply: (size) => "x".repeat(size as number),
    snapshot: () => null,
    restore: () => {},
  };
  const sizes = [10, 200_000, 40_000, 40_000, 40_000, 7];
  const commands = sizes.map((size, at) => commandOf(at + 1, size, { floor: 1 }));
  const log = logOf([openingCommand(7, 0), ...commands, ...commands]);
  const [one, other] = [new Applier(machine), new Applier(machine)];
  answers(one, log, 7);
  const parts = [...one.snapshot()];
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(300_000);
  expect(parts.length).toBeGreaterThan(4);
  other.restore(parts, index(7));
  // The source of the parts may reuse their memory.
  for (const part of parts) part.fill(0);
  expect(answers(other, log, 13)).toEqual(answers(one, log, 13));
  expect(other.digest()).toBe(one.digest());
});

describe("a query", () => {
  const ask = (machine: StateMachine, question: unknown): unknown =>
    outcomeOf(new Applier(machine).query(encode(question)));

  test("is answered like a command, and so is an error of the machine", () => {
    const machine = new KeyValue() as StateMachine;
    expect(ask(machine, { type: "get", key: "a" })).toEqual({ type: "ok", value: null });
    expect(ask(machine, { type: "get", key: "" })).toEqual({
      type: "error",
      message: "a key has at least one character",
    });
  });

  test("for which the machine returns something that is not plain data is an error", () => {
    const machine = Object.assign(new Journal(), {
      query: () => new Map(),
    }) as unknown as StateMachine;
    expect(ask(machine, "q")).toMatchObject({ type: "error" });
  });

  test("to a machine that answers no queries is distinguished from its errors", () => {
    expect(ask(new Journal() as StateMachine, "q")).toEqual({
      type: "definitelyNot",
      reason: "the state machine answers no queries",
    });
  });
});
