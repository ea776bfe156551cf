/** Committed entries are applied once and in order, and their clients answered, whatever the state machine does. */
import { index, MemoryLog, term, type Entry, type Index, type Term } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import { Applier } from "../../../packages/actors/src/node/applier.ts";
import { sessionOf } from "../../../packages/actors/src/sessions/command.ts";
import type { StateMachine } from "../../../packages/actors/src/machine/state-machine.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { CLIENT, commandOf, Journal, opened, type Opened, opening } from "../support/actors.ts";

const client = clientAddress(CLIENT);

const T1 = term(1);

function logOf(...commands: readonly (CommandBytes | "noop")[]): MemoryLog<CommandBytes> {
  return logIn(commands.map((command) => [command, 1]));
}

/** A log in which clients 7 and 8 have sessions. */
function openLogOf(...commands: readonly (CommandBytes | "noop")[]): MemoryLog<CommandBytes> {
  return logOf(opening(), opening(8), ...commands);
}

function logIn(
  content: readonly (readonly [CommandBytes | "noop", number])[],
): MemoryLog<CommandBytes> {
  const entries = content.map(([command, inTerm], at): Entry<CommandBytes> => {
    const place = { index: index(at + 1), term: term(inTerm) };
    return command === "noop" ? { type: "noop", ...place } : { type: "command", ...place, command };
  });
  return new MemoryLog((command) => command.length, entries);
}

function apply(
  applier: Applier,
  log: MemoryLog<CommandBytes>,
  { upTo = log.lastIndex, max = 1000 } = {},
  answerTerm: Term | "none" = T1,
): readonly Opened[] {
  return opened(applier.apply(log, upTo, max, answerTerm === "none" ? undefined : answerTerm));
}

const ok = (value: unknown): unknown => ({ type: "ok", value });

describe("applying committed entries", () => {
  test("each once and in order, with one letter of answers per client", () => {
    const machine = new Journal();
    const log = openLogOf(
      "noop",
      commandOf(1, "a"),
      commandOf(1, "b", { client: 8 }),
      commandOf(2, "c", { floor: 1 }),
      commandOf(1, "a"),
    );
    expect(apply(new Applier(machine), log)).toEqual([
      { to: client, answers: { 1: ok(1), 2: ok(3) } },
      { to: clientAddress(8), answers: { 1: ok(2) } },
    ]);
    expect(machine.applied).toEqual(["a", "b", "c"]);
  });

  test("a repeat in another entry is answered from the stored result", () => {
    const machine = new Journal();
    const applier = new Applier(machine);
    const log = logOf(
      opening(),
      commandOf(1, "a"),
      commandOf(2, "b", { floor: 1 }),
      commandOf(1, "a"),
    );
    apply(applier, log, { upTo: index(3) });
    expect(apply(applier, log)).toEqual([{ to: client, answers: { 1: ok(1) } }]);
    expect(machine.applied).toEqual(["a", "b"]);
  });

  test("at most this many at a time, never past the commit index, never again", () => {
    const machine = new Journal();
    const applier = new Applier(machine);
    const commands = ["a", "b", "c", "d"].map((text, at) => commandOf(at + 1, text));
    const log = logOf(opening(), ...commands);
    const seen: unknown[] = [];
    for (const upTo of [0, 3, 3, 4, 4, 2].map(index)) {
      apply(applier, log, { upTo, max: 2 });
      seen.push([applier.applied, machine.applied.join("")]);
    }
    const expected: [Index | number, string][] = [
      [0, ""],
      [2, "a"],
      [3, "ab"],
      [4, "abc"],
      [4, "abc"],
      [4, "abc"],
    ];
    expect(seen).toEqual(expected);
  });

  test("a leader answers only commands that it appended in its own term; other nodes do not answer", () => {
    const content = [
      [opening(), 1],
      [commandOf(1, "a"), 1],
      [commandOf(2, "b"), 2],
      ["noop", 3],
      [commandOf(3, "c"), 3],
      [commandOf(1, "a"), 3],
    ] as const;
    const answersIn = (answerTerm: Term | "none"): readonly Opened[] =>
      apply(new Applier(new Journal()), logIn(content), {}, answerTerm);
    expect(answersIn("none")).toEqual([]);
    expect(answersIn(term(4))).toEqual([]);
    expect(answersIn(term(2))).toEqual([{ to: client, answers: { 2: ok(2) } }]);
    // The repeat of 1 is below the floor of 3: its client does not wait for it.
    expect(answersIn(term(3))).toEqual([{ to: client, answers: { 3: ok(3) } }]);
  });

  test("a command without a session is answered as expired, by the client's own address", () => {
    const second = sessionOf(CLIENT, 1);
    const machine = new Journal();
    const log = logOf(commandOf(1, "a", { client: second }));
    const [letter] = new Applier(machine).apply(log, index(1), 10, T1);
    const expired = { type: "definitelyNot", reason: "the session has expired" };
    expect(opened(letter === undefined ? [] : [letter])).toEqual([
      { to: client, answers: { 1: expired } },
    ]);
    expect(machine.applied).toEqual([]);
  });

  test("entries about the membership are skipped like no-ops", () => {
    const membership = { voters: [], outgoing: [], learners: [], uids: {} } as never;
    const log = openLogOf(commandOf(1, "a"));
    log.append([
      { type: "membership", index: index(4), term: T1, membership },
      { type: "command", index: index(5), term: T1, command: commandOf(2, "b") },
    ]);
    const applier = new Applier(new Journal());
    expect(apply(applier, log)).toEqual([{ to: client, answers: { 1: ok(1), 2: ok(2) } }]);
    expect(applier.applied).toBe(5);
  });
});

describe("a state machine that throws", () => {
  const machines: [string, () => unknown, string][] = [
    ["an error", () => new Error("no such key"), "no such key"],
    ["an error of two lines", () => new Error("one\n  two"), "one two"],
    ["an error without a message", () => new RangeError(), "RangeError"],
    ["a string", () => "just text", "just text"],
    ["nothing", () => undefined, "undefined"],
    ["a symbol", () => Symbol("s"), "Symbol(s)"],
    [
      "an object without a text",
      (): unknown => Object.create(null),
      "a value without a text was thrown",
    ],
    [
      "an error whose message is a number",
      () => Object.assign(new Error("x"), { message: 42 }),
      "42",
    ],
    [
      "an error whose message throws",
      () =>
        Object.defineProperty(new Error("x"), "message", {
          get: () => {
            throw new Error("again");
          },
        }),
      "a value without a text was thrown",
    ],
  ];

  test.each(machines)(
    "%s: the same result on every node, permanently, and the node survives",
    (_t, make, message) => {
      const nodes = [1, 2, 3].map(() => {
        const machine: StateMachine = {
          apply: (command) => {
            if (command === "bad") throw make();
            return command;
          },
          snapshot: () => null,
          restore: () => {},
        };
        const commands = [
          commandOf(1, "bad"),
          commandOf(2, "good", { floor: 1 }),
          commandOf(1, "bad"),
        ];
        return apply(new Applier(machine), logOf(opening(), ...commands), { max: 3 });
      });
      const answers = { 1: { type: "error", message }, 2: ok("good") };
      expect(nodes).toEqual([1, 2, 3].map(() => [{ to: client, answers }]));
    },
  );

  test.each([
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a number over 64 bits", 2n ** 80n],
    ["a circle", ((circle: unknown[]) => [circle.push(circle), circle])([])],
  ])("an answer that is not plain data is an error as well: %s", (_title, answer) => {
    const machine: StateMachine = {
      apply: (command) => (command === "bad" ? answer : command),
      snapshot: () => null,
      restore: () => {},
    };
    const log = openLogOf(commandOf(1, "bad"), commandOf(2, "good", { floor: 1 }));
    expect(apply(new Applier(machine), log)).toMatchObject([
      { answers: { 1: { type: "error" }, 2: ok("good") } },
    ]);
  });

  test("a payload that is not msgpack is an error as well", () => {
    const command = commandOf(1, "a");
    const broken = Uint8Array.from([...command.subarray(0, 16), 0xc1, 0xff, 0xdd]);
    const log = openLogOf(broken, commandOf(2, "good", { floor: 1 }));
    expect(apply(new Applier(new Journal()), log)).toMatchObject([
      { answers: { 1: { type: "error" }, 2: ok(1) } },
    ]);
  });
});
