/** Exactly once under retries: a client, the log and the sessions together (dissertation 6.3; pitfalls 28 and 29). */
import { index, MemoryLog, term } from "@kontiki/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Applier } from "../../../packages/actors/src/node/applier.ts";
import { spread } from "../../../packages/actors/src/client/client-effect.ts";
import { Client, type ClientEffect } from "../../../packages/actors/src/client/client.ts";
import { encodeCommand, openingCommand } from "../../../packages/actors/src/sessions/command.ts";
import { expiredIn, outcomeOf } from "../../../packages/actors/src/sessions/result.ts";
import { eachCommand } from "../../../packages/actors/src/sessions/run.ts";
import type { SessionLimits } from "../../../packages/actors/src/sessions/sessions.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { decodeParcel } from "../../../packages/actors/src/mail/wire.ts";
import { answersIn } from "../support/answers.ts";
import { CLIENT, Journal, NODES } from "../support/actors.ts";
import { Chance } from "../../core/support/chance.ts";

const T1 = term(1);

const ok = (value: unknown): unknown => ({ type: "ok", value });

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
  readonly #log = new MemoryLog<CommandBytes>((command) => command.length);
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
