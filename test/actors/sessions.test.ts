/** Exactly once: the layer above the state machine (dissertation 6.3; pitfalls 28 and 29). */
import { index, MemoryLog, term, type Entry, type Index, type Term } from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../packages/actors/src/address.ts";
import { Applier } from "../../packages/actors/src/applier.ts";
import { Client } from "../../packages/actors/src/client.ts";
import { encodeCommand, headerOf } from "../../packages/actors/src/command.ts";
import { Sessions } from "../../packages/actors/src/sessions.ts";
import type { StateMachine } from "../../packages/actors/src/state-machine.ts";
import type { CommandBytes } from "../../packages/actors/src/storage.ts";
import { CLIENT, commandOf, Journal, NODES, opened, type Opened } from "../support/actors.ts";
import { Chance } from "../support/chance.ts";

const client = clientAddress(CLIENT);

/** A record that answers each first command with its place among those that were applied. */
function newSessions(): {
  readonly ask: (command: CommandBytes) => number | undefined;
  readonly applied: number[];
} {
  const sessions = new Sessions();
  const applied: number[] = [];
  return {
    applied,
    ask: (command) =>
      sessions.apply(command, () => {
        return Uint8Array.of(applied.push(headerOf(command).sequence));
      })?.[0],
  };
}

describe("the record of one client", () => {
  test("a repeat is answered as the first time, and not applied", () => {
    const { ask, applied } = newSessions();
    const [first, second] = [commandOf(1, "a"), commandOf(2, "b", { floor: 1 })];
    expect([first, second, first, second, first].map(ask)).toEqual([1, 2, 1, 2, 1]);
    expect(applied).toEqual([1, 2]);
  });

  test("commands may come in any order, with holes", () => {
    const { ask, applied } = newSessions();
    const of = (sequence: number): CommandBytes => commandOf(sequence, "x", { floor: 5 });
    expect([9, 5, 900, 7, 9, 900].map(of).map(ask)).toEqual([1, 2, 3, 4, 1, 3]);
    expect(applied).toEqual([9, 5, 900, 7]);
  });

  test("a duplicate from below the floor is neither applied nor answered", () => {
    const { ask, applied } = newSessions();
    const late = commandOf(1, "a");
    expect([late, commandOf(3, "c", { floor: 2 }), late].map(ask)).toEqual([1, 2, undefined]);
    expect(applied).toEqual([1, 3]);
  });

  test("a command that comes for the first time below the floor is never applied: nobody waits", () => {
    const { ask, applied } = newSessions();
    expect([commandOf(5, "e"), commandOf(4, "d", { floor: 4 })].map(ask)).toEqual([1, undefined]);
    expect(applied).toEqual([5]);
  });

  test("the floor never falls, whatever an older command says of it", () => {
    const { ask, applied } = newSessions();
    const commands = [
      commandOf(4, "d", { floor: 4 }),
      commandOf(5, "e", { floor: 1 }),
      commandOf(3, "c", { floor: 1 }),
      commandOf(4, "d", { floor: 1 }),
    ];
    expect(commands.map(ask)).toEqual([1, 2, undefined, 1]);
    expect(applied).toEqual([4, 5]);
  });

  test("what is above a risen floor is still known", () => {
    const { ask } = newSessions();
    const commands = [1, 2, 3, 4].map((at) => commandOf(at, "x", { floor: 1 }));
    commands.forEach(ask);
    expect(ask(commandOf(9, "x", { floor: 3 }))).toBe(5);
    expect(commands.map(ask)).toEqual([undefined, undefined, 3, 4]);
  });

  test("another client's sequence numbers are its own", () => {
    const { ask, applied } = newSessions();
    expect([commandOf(1, "a"), commandOf(1, "a", { client: 8 })].map(ask)).toEqual([1, 2]);
    expect(applied).toEqual([1, 1]);
  });

  test("a client that begins late in its numbers is welcome", () => {
    const { ask } = newSessions();
    const far = 2 ** 48 - 2;
    expect([commandOf(far, "a"), commandOf(far + 1, "b", { floor: far })].map(ask)).toEqual([1, 2]);
    expect(ask(commandOf(far, "a"))).toBe(1);
  });
});

function logOf(...commands: readonly (CommandBytes | "noop")[]): MemoryLog<CommandBytes> {
  return logIn(commands.map((command) => [command, 1]));
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

const T1 = term(1);

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
  test("each once and in order, with one letter of answers for each client", () => {
    const machine = new Journal();
    const log = logOf(
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

  test("a repeat in another entry is answered from the record", () => {
    const machine = new Journal();
    const applier = new Applier(machine);
    const log = logOf(commandOf(1, "a"), commandOf(2, "b", { floor: 1 }), commandOf(1, "a"));
    apply(applier, log, { upTo: index(2) });
    expect(apply(applier, log)).toEqual([{ to: client, answers: { 1: ok(1) } }]);
    expect(machine.applied).toEqual(["a", "b"]);
  });

  test("at most so many at a time, never behind the commit index, never again", () => {
    const machine = new Journal();
    const applier = new Applier(machine);
    const log = logOf(...["a", "b", "c", "d", "e"].map((text, at) => commandOf(at + 1, text)));
    const seen: unknown[] = [];
    for (const upTo of [0, 3, 3, 4, 4, 2].map(index)) {
      apply(applier, log, { upTo, max: 2 });
      seen.push([applier.applied, machine.applied.join("")]);
    }
    const expected: [Index | number, string][] = [
      [0, ""],
      [2, "ab"],
      [3, "abc"],
      [4, "abcd"],
      [4, "abcd"],
      [4, "abcd"],
    ];
    expect(seen).toEqual(expected);
  });

  test("a leader answers only what it took in its own term; nobody else answers", () => {
    const content = [
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
    // The repeat of 1 lies below the floor of 3: nobody waits for it.
    expect(answersIn(term(3))).toEqual([{ to: client, answers: { 3: ok(3) } }]);
  });
});

describe("a state machine that throws (issue 2, section 6)", () => {
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
      "something that has no text was thrown",
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
      "something that has no text was thrown",
    ],
  ];

  test.each(machines)(
    "%s: the same result on every node, for good, and the node lives on",
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
        return apply(new Applier(machine), logOf(...commands), { max: 2 });
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
    const log = logOf(commandOf(1, "bad"), commandOf(2, "good", { floor: 1 }));
    expect(apply(new Applier(machine), log)).toMatchObject([
      { answers: { 1: { type: "error" }, 2: ok("good") } },
    ]);
  });

  test("a payload that is no msgpack is an error as well", () => {
    const command = commandOf(1, "a");
    const broken = Uint8Array.from([...command.subarray(0, 16), 0xc1, 0xff, 0xdd]);
    const log = logOf(broken, commandOf(2, "good", { floor: 1 }));
    expect(apply(new Applier(new Journal()), log)).toMatchObject([
      { answers: { 1: { type: "error" }, 2: ok(1) } },
    ]);
  });
});

test("any retries in any order, over any logs of leaders: each command exactly once, each answer the first", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const chance = new Chance(seed);
      const asking = new Client(CLIENT, NODES, { attemptMs: 10, backoffMs: 1 });
      const machine = new Journal();
      const applier = new Applier(machine);
      const log = logOf();
      const answers = new Map<number, string>();
      const problems: string[] = [];
      const ended = new Set<number>();
      const copies: CommandBytes[] = [];
      for (let now = 0; now < 120; now += 1) {
        const text = `c${now}`;
        if (chance.below(2) === 0) {
          const command = encodeCommand(text);
          asking.propose(command, now + 10 + chance.below(60));
          // Copies lie in mailboxes and in logs of leaders that were deposed, and may be committed at any time.
          for (let count = chance.below(4); count > 0; count -= 1) copies.push(command);
        }
        for (const effect of [...asking.tick(now), ...asking.flush(now)]) {
          if (effect.type === "send") copies.push(...effect.commands);
          else ended.add(effect.sequence);
        }
        const at = chance.below(copies.length + 2);
        const [command] = chance.below(3) === 0 ? copies.slice(at, at + 1) : copies.splice(at, 1);
        if (command === undefined) continue;
        log.append([{ type: "command", index: index(log.lastIndex + 1), term: T1, command }]);
        const { sequence } = headerOf(command);
        const [said] = apply(applier, log);
        if (said === undefined) {
          // Silence is right only where nobody waits any more.
          if (!ended.has(sequence)) problems.push(`${sequence} was not answered`);
          continue;
        }
        const result = "answers" in said ? said.answers[sequence] : undefined;
        const given = JSON.stringify(result);
        const due = answers.get(sequence) ?? JSON.stringify(ok(machine.applied.length));
        if (given !== due) problems.push(`${sequence} was answered ${given}, not ${due}`);
        answers.set(sequence, due);
        asking.answered([sequence], [Uint8Array.of(1)]).forEach(() => ended.add(sequence));
      }
      expect(problems).toEqual([]);
      expect(new Set(machine.applied).size).toBe(machine.applied.length);
    }),
    { seed: 63, numRuns: 60 },
  );
});
