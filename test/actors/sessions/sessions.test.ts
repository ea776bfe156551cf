/** Exactly once: the layer above the state machine (dissertation 6.3; pitfalls 28 and 29). */
import { index } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { headerOf, openingCommand } from "../../../packages/actors/src/sessions/command.ts";
import {
  applyPayload,
  expiredIn,
  expiredResult,
} from "../../../packages/actors/src/sessions/result.ts";
import { Sessions, type SessionLimits } from "../../../packages/actors/src/sessions/sessions.ts";
import type { StateMachine } from "../../../packages/actors/src/machine/state-machine.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { applyOne } from "../support/apply-one.ts";
import { CLIENT, commandOf } from "../support/actors.ts";
import { keptBytes } from "../support/kept-memory.ts";

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
