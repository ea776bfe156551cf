/** Exactly once: the layer above the state machine (dissertation 6.3; pitfalls 28 and 29). */
import { index, MemoryLog, term, type Entry, type Index, type Term } from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import { Applier } from "../../../packages/actors/src/node/applier.ts";
import { spread } from "../../../packages/actors/src/client/client-effect.ts";
import { Client, type ClientEffect } from "../../../packages/actors/src/client/client.ts";
import {
  encodeCommand,
  headerOf,
  openingCommand,
  sessionOf,
} from "../../../packages/actors/src/sessions/command.ts";
import {
  applyPayload,
  expiredIn,
  expiredResult,
  outcomeOf,
} from "../../../packages/actors/src/sessions/result.ts";
import { eachCommand } from "../../../packages/actors/src/sessions/run.ts";
import { Sessions, type SessionLimits } from "../../../packages/actors/src/sessions/sessions.ts";
import type { StateMachine } from "../../../packages/actors/src/machine/state-machine.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { decodeParcel } from "../../../packages/actors/src/mail/wire.ts";
import { applyOne } from "../support/apply-one.ts";
import { answersIn } from "../support/answers.ts";
import { CLIENT, commandOf, Journal, NODES, opened, type Opened } from "../support/actors.ts";
import { keptBytes } from "../support/kept-memory.ts";
import { Chance } from "../../core/support/chance.ts";

const client = clientAddress(CLIENT);

/** The command that opens a client's session. */
function opening(of = CLIENT, reached = 0): CommandBytes {
  return openingCommand(of, reached);
}

/**
 * Sessions that answer each first command with its number among those applied. By default, the sessions of clients 7
 * and 8 are open from the start.
 */
function newSessions(
  limits?: SessionLimits,
  opened: readonly number[] = [CLIENT, 8],
): {
  readonly ask: (command: CommandBytes) => number | "expired" | undefined;
  readonly applied: number[];
  readonly skip: (entries: number) => void;
} {
  const sessions = new Sessions(limits);
  const applied: number[] = [];
  let at = 0;
  const ask = (command: CommandBytes): number | "expired" | undefined => {
    at += 1;
    const result = applyOne(sessions, command, index(at), () =>
      Uint8Array.of(applied.push(headerOf(command).sequence)),
    );
    if (result === undefined) return undefined;
    const expired = expiredIn(result);
    if (expired === undefined) return result[0];
    expect(expired).toEqual({ session: headerOf(command).client, index: at });
    return "expired";
  };
  for (const one of opened) ask(opening(one));
  const skip = (entries: number): void => {
    at += entries;
  };
  return { applied, ask, skip };
}

test("open sessions keep their own results in memory, and nothing that was encoded between them", () => {
  const sessions = new Sessions();
  const echo: StateMachine = { apply: (given) => given, snapshot: () => null, restore: () => {} };
  const ask = (of: number, sequence: number, payload: unknown): unknown =>
    applyOne(
      sessions,
      commandOf(sequence, payload, { client: of }),
      index(1000 * of + sequence + 1),
      (bytes) => applyPayload(echo, bytes),
    );
  const lengths = [1, 30, 70, 200];
  for (let of = 1; of <= 100; of += 1) {
    applyOne(sessions, opening(of), index(1000 * of), () => new Uint8Array());
    ask(of, 1, "x".repeat(60_000));
    ask(of, 2, "x".repeat(lengths[of % 4] ?? 0));
  }
  const kept = sessions.copy().open.flatMap(({ results }) => results.flatMap((one) => one ?? []));
  expect(kept).toHaveLength(100);
  const bytes = kept.reduce((sum, { length }) => sum + length, 0);
  expect(keptBytes(kept)).toBe(bytes);
});

describe("the stored results of one client", () => {
  test("a repeat is answered like the first time, and not applied", () => {
    const { ask, applied } = newSessions();
    const [first, second] = [commandOf(1, "a"), commandOf(2, "b", { floor: 1 })];
    expect([first, second, first, second, first].map(ask)).toEqual([1, 2, 1, 2, 1]);
    expect(applied).toEqual([1, 2]);
  });

  test("commands may arrive in any order, with gaps", () => {
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

  test("a command that arrives for the first time below the floor is never applied: its client does not wait for it", () => {
    const { ask, applied } = newSessions();
    expect([commandOf(5, "e"), commandOf(4, "d", { floor: 4 })].map(ask)).toEqual([1, undefined]);
    expect(applied).toEqual([5]);
  });

  test("the floor never decreases, whatever an older command says", () => {
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

  test("results above a raised floor are still known", () => {
    const { ask } = newSessions();
    const commands = [1, 2, 3, 4].map((at) => commandOf(at, "x", { floor: 1 }));
    commands.forEach(ask);
    expect(ask(commandOf(9, "x", { floor: 3 }))).toBe(5);
    expect(commands.map(ask)).toEqual([undefined, undefined, 3, 4]);
  });

  test("another client's sequence numbers are independent", () => {
    const { ask, applied } = newSessions();
    expect([commandOf(1, "a"), commandOf(1, "a", { client: 8 })].map(ask)).toEqual([1, 2]);
    expect(applied).toEqual([1, 1]);
  });

  test("a client may begin with a high number", () => {
    const { ask } = newSessions();
    const far = 2 ** 47 - 2;
    expect([commandOf(far, "a"), commandOf(far + 1, "b", { floor: far })].map(ask)).toEqual([1, 2]);
    expect(ask(commandOf(far, "a"))).toBe(1);
  });
});

describe("a session is opened by a command, and ends by what is in the log (dissertation 6.3)", () => {
  const limits = { sessionsMax: 2, idleEntries: 10 };

  test("a command whose session is not open is not applied", () => {
    const { ask, applied } = newSessions(undefined, []);
    expect([commandOf(1, "a"), opening(), commandOf(1, "a")].map(ask)).toEqual([
      "expired",
      undefined,
      1,
    ]);
    expect(applied).toEqual([1]);
  });

  test("opening it again changes nothing", () => {
    const { ask } = newSessions(undefined, []);
    const [first, second] = [commandOf(1, "a"), commandOf(2, "b", { floor: 1 })];
    const all = [opening(), first, opening(), second, opening(), first];
    expect(all.map(ask)).toEqual([undefined, 1, undefined, 2, undefined, 1]);
  });

  test("with the maximum open, another ends the least recently used one", () => {
    const { ask } = newSessions(limits, []);
    const of = (one: number, sequence: number): CommandBytes =>
      commandOf(sequence, "x", { client: one });
    [opening(1), opening(2), of(1, 1), opening(3)].forEach(ask);
    expect([of(2, 1), of(1, 2), of(3, 1)].map(ask)).toEqual(["expired", 2, 3]);
  });

  test("a duplicate also counts as a use, and so does opening it again", () => {
    const { ask } = newSessions(limits, []);
    const of = (one: number): CommandBytes => commandOf(1, "x", { client: one });
    [opening(1), of(1), opening(2), of(1), opening(3), opening(1), opening(4)].forEach(ask);
    expect([of(3), of(1), of(4)].map(ask)).toEqual(["expired", 1, 2]);
  });

  test("one that this many consecutive entries did not use has ended", () => {
    const { ask, skip } = newSessions(limits, [1]);
    const of = (sequence: number): CommandBytes => commandOf(sequence, "x", { client: 1 });
    skip(9);
    expect(ask(of(1))).toBe(1);
    skip(10);
    expect([of(2), of(1)].map(ask)).toEqual(["expired", "expired"]);
  });

  test("exactly: the end of one does not end another that was used just within the limit", () => {
    const { ask, skip } = newSessions(limits, [1, 2]);
    skip(9);
    const of = (one: number): CommandBytes => commandOf(1, "x", { client: one });
    expect([of(2), of(1)].map(ask)).toEqual([1, "expired"]);
  });

  test("also one that was restored from a snapshot, whatever was open here before", () => {
    const sessions = new Sessions(limits);
    const apply = (command: CommandBytes, at: number): unknown =>
      applyOne(sessions, command, index(at), () => Uint8Array.of(1));
    apply(opening(1), 1);
    const copy = sessions.copy();
    apply(opening(2, 50), 50);
    sessions.restore(copy);
    expect(apply(commandOf(1, "x", { client: 1 }), 12)).toEqual(expiredResult(1, index(12)));
  });

  test("its number is never open again: a copy of its commands cannot be applied again", () => {
    const { ask, skip, applied } = newSessions(limits, []);
    const copies = [opening(1), commandOf(1, "x", { client: 1 })];
    expect(copies.map(ask)).toEqual([undefined, 1]);
    [opening(2), opening(3)].forEach(ask);
    expect(copies.map(ask)).toEqual([undefined, "expired"]);
    for (let count = 0; count < 30; count += 1) {
      expect(copies.map(ask)).toEqual([undefined, "expired"]);
      // Others open and end; ended ones are forgotten once their opening is too old.
      ask(opening(100 + count, 4 + 2 * count));
      skip(count % 4);
    }
    expect(applied).toEqual([1]);
  });

  test("one is opened only close to the index that its client knew", () => {
    const { ask, skip } = newSessions(limits, []);
    skip(2 ** 32 + 49);
    const of = (one: number): CommandBytes => commandOf(1, "x", { client: one });
    const all = [
      [opening(1, 2 ** 32 + 40), of(1)],
      [opening(2, 2 ** 32 + 41), of(2)],
      [opening(3, 2 ** 32 + 90), of(3)],
    ];
    expect(all.flat().map(ask)).toEqual([undefined, 1, undefined, "expired", undefined, "expired"]);
  });

  test("the memory of ended ones does not grow with the log", () => {
    const sessions = new Sessions(limits);
    for (let at = 1; at < 1000; at += 1)
      applyOne(sessions, opening(at, at - 1), index(at), () => Uint8Array.of());
    const { open, ended } = sessions.copy();
    expect(open.map(({ client: one }) => one)).toEqual([998, 999]);
    expect(ended.length).toBeLessThan(20);
  });
});

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

/** A client whose commands are committed from any copy, at any time, while its sessions end. */
class Turmoil {
  readonly problems: string[] = [];
  readonly ends = new Map<number, string>();
  expired = 0;
  /** Runs of more than one command that were committed. */
  runs = 0;
  readonly machine = new Journal();
  readonly #chance: Chance;
  readonly #copies: number;
  readonly #client: Client;
  readonly #applier: Applier;
  readonly #log = logOf();
  readonly #answers = new Map<string, string>();
  readonly #texts = new Map<number, string>();
  /** Parcels are in mailboxes and in logs of deposed leaders, and may be committed at any time. */
  readonly #parcels: (readonly CommandBytes[])[] = [];
  #strangers = 100;
  #now = 0;

  /** @param copies how often one letter may be appended to a log, at most. */
  constructor(chance: Chance, copies: number, limits?: SessionLimits) {
    this.#chance = chance;
    this.#copies = copies;
    this.#client = new Client(CLIENT, NODES, { attemptMs: 10, backoffMs: 1 });
    this.#applier = new Applier(this.machine, limits);
  }

  run(times: number): void {
    for (const until = this.#now + times; this.#now < until; this.#now += 1) this.#step();
    this.#perform(this.#client.tick(Infinity));
    const applied = new Set(this.machine.applied);
    if (applied.size < this.machine.applied.length)
      this.problems.push("a command was applied twice");
    for (const [sequence, text] of this.#texts) {
      const end = this.ends.get(sequence);
      if (end === undefined) this.problems.push(`${sequence} never ended`);
      if (end === "unknown" || applied.has(text) === (end === "answered")) continue;
      this.problems.push(`${sequence} ended as ${end}, which is wrong`);
    }
  }

  #step(): void {
    const chance = this.#chance;
    for (let more = chance.below(4); more > 1; more -= 1) {
      const text = `c${this.#now}/${more}`;
      const deadline = this.#now + 10 + chance.below(60);
      this.#texts.set(this.#client.propose(encodeCommand(text), deadline), text);
    }
    this.#perform([...this.#client.tick(this.#now), ...this.#client.flush(this.#now)]);
    // Others open sessions, with some index that they heard of.
    if (chance.below(6) === 0) {
      this.#strangers += 1;
      this.#commit(openingCommand(this.#strangers, this.#log.lastIndex));
    }
    const at = chance.below(this.#parcels.length + 1);
    const [parcel] = this.#parcels.splice(at, 1);
    // A part of a parcel may be lost with its leader.
    const count = parcel === undefined ? 0 : chance.below(parcel.length) + 1;
    for (const command of parcel?.slice(0, count) ?? []) this.#commit(command);
  }

  #perform(effects: readonly ClientEffect[]): void {
    for (const effect of spread(effects)) {
      if (effect.type === "settle") this.#settle(effect.sequence, effect.end.type);
      if (effect.type !== "send") continue;
      if (this.#chance.below(6) === 0) {
        this.#client.busy(effect.parcel, this.#now);
        continue;
      }
      const copy = effect.commands.map((command) => new Uint8Array(command));
      const copies = this.#chance.below(this.#copies + 1);
      for (let count = 0; count < copies; count += 1) this.#parcels.push(copy);
    }
  }

  #settle(sequence: number, end: string): void {
    if (this.ends.has(sequence)) this.problems.push(`${sequence} ended twice`);
    this.ends.set(sequence, end);
  }

  #commit(command: CommandBytes): void {
    this.#log.append([
      { type: "command", index: index(this.#log.lastIndex + 1), term: T1, command },
    ]);
    const before = this.machine.applied.length;
    const [letter] = this.#applier.apply(this.#log, this.#log.lastIndex, 1, T1);
    const parcel = letter === undefined ? undefined : decodeParcel(letter.bytes);
    const ranges = parcel?.type === "answers" ? parcel.ranges : [];
    const given = new Map(answersIn(ranges));
    let next = before + 1;
    if (eachCommand(command).length > 1) this.runs += 1;
    for (const { client: session, sequence } of eachCommand(command)) {
      const result = given.get(sequence);
      if (result === undefined) {
        // No answer is right only if the client no longer waits.
        if (sequence > 0 && !this.ends.has(sequence)) this.problems.push(`${sequence}: no answer`);
      } else if (expiredIn(result) === undefined)
        next += this.#check(`${session}/${sequence}`, result, next);
      else this.expired += 1;
    }
    // An answer may be lost.
    if (ranges.length > 0 && this.#chance.below(5) > 0)
      this.#perform(this.#client.answered(ranges, this.#now));
  }

  /** The answer to a command is the first one. Gives how many commands were applied for it: 1 or 0. */
  #check(name: string, result: Uint8Array, next: number): number {
    const given = JSON.stringify(outcomeOf(result));
    const known = this.#answers.get(name);
    const due = known ?? JSON.stringify(ok(next));
    if (given !== due) this.problems.push(`${name} was answered ${given}, not ${due}`);
    this.#answers.set(name, due);
    return known === undefined ? 1 : 0;
  }
}

describe("any retries in any order, over any leaders' logs: each command exactly once, each answer the first", () => {
  test.each([
    // While its session lasts, even a command that a leader appended twice is applied once.
    ["with sessions that last", 3, undefined],
    ["with few sessions", 1, { sessionsMax: 2, idleEntries: 1000 }],
    ["with sessions that end soon", 1, { sessionsMax: 3, idleEntries: 12 }],
  ])(
    "%s",
    (_title, copies, limits) => {
      const ends = new Set<string>();
      let [expired, runs] = [0, 0];
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const turmoil = new Turmoil(new Chance(seed), copies, limits);
          turmoil.run(120);
          expect(turmoil.problems).toEqual([]);
          expired += turmoil.expired;
          runs += turmoil.runs;
          for (const end of turmoil.ends.values()) ends.add(end);
        }),
        { seed: 63, numRuns: 60 },
      );
      expect([...ends].sort()).toEqual(["answered", "definitelyNot", "unknown"]);
      expect(expired > 0).toBe(limits !== undefined);
      expect(runs).toBeGreaterThan(100);
    },
    60_000,
  );
});
