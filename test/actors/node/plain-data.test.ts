/** Every value in the results of sessions, in snapshots and in digests, as an `Applier` keeps them. */
import { index, MemoryLog, term, type Entry } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import type { StateMachine } from "../../../packages/actors/src/machine/state-machine.ts";
import { decodeParcel } from "../../../packages/actors/src/mail/wire.ts";
import { Applier } from "../../../packages/actors/src/node/applier.ts";
import { answersIn } from "../support/answers.ts";
import { viewOf } from "../../../packages/actors/src/bytes/slice.ts";
import { encodeCommand, openingCommand } from "../../../packages/actors/src/sessions/command.ts";
import { outcomeOf } from "../../../packages/actors/src/sessions/result.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { CLIENT, commandOf } from "../support/actors.ts";
import { difference } from "../support/exact.ts";
import { CARRIED, REFUSED } from "../support/plain-values.ts";

/** Keeps all commands, and answers each with itself, or with `odd` once it has that. */
class Keeper implements StateMachine {
  kept: unknown[] = [];
  readonly #odd: readonly unknown[];

  constructor(...odd: readonly unknown[]) {
    this.#odd = odd;
  }

  apply(command: unknown): unknown {
    this.kept.push(command);
    return this.#odd.length > 0 && command === "odd" ? this.#odd[0] : command;
  }

  query(): unknown {
    return this.#odd.length > 0 ? this.#odd[0] : this.kept;
  }

  snapshot(): unknown {
    return this.kept;
  }

  restore(snapshot: unknown): void {
    this.kept = snapshot as unknown[];
  }
}

function applied(machine: StateMachine, ...commands: readonly CommandBytes[]): Applier {
  const applier = new Applier(machine);
  answers(applier, openingCommand(CLIENT, 0), ...commands);
  return applier;
}

/** The outcomes of further commands. */
function answers(applier: Applier, ...commands: readonly CommandBytes[]): unknown[] {
  const from = applier.applied;
  const log = new MemoryLog<CommandBytes>(
    ({ length }) => length,
    Array.from({ length: from + commands.length }, (_, at): Entry<CommandBytes> => {
      const command = commands[at - from];
      const place = { index: index(at + 1), term: term(1) };
      return command === undefined
        ? { ...place, type: "noop" }
        : { ...place, type: "command", command };
    }),
  );
  const letters = applier.apply(log, index(from + commands.length), 1000, term(1));
  return letters.flatMap(({ bytes }) => {
    const parcel = decodeParcel(bytes);
    return parcel.type === "answers"
      ? answersIn(parcel.ranges).map(([, result]) => outcomeOf(result))
      : [];
  });
}

describe("a value stays the same", () => {
  test.each(CARRIED)("%s", (_title, value, ...[arrives = value]) => {
    const command = commandOf(1, value);
    const first = applied(new Keeper(), command);
    const restored = new Applier(new Keeper());
    restored.restore(
      [...first.snapshot()].map((part) => new Uint8Array(part)),
      first.applied,
    );
    expect(restored.digest()).toBe(first.digest());
    for (const applier of [first, restored]) {
      const [retried] = answers(applier, command);
      const read = outcomeOf(applier.query(viewOf(encodeCommand(null))));
      expect(difference(retried, { type: "ok", value: arrives })).toBeUndefined();
      expect(difference(read, { type: "ok", value: [arrives] })).toBeUndefined();
    }
  });
});

describe("what is not plain data", () => {
  test.each(REFUSED)(
    "is an error as a result and as an answer, the same on every node: %s",
    (title, value, says) => {
      // A machine may nest deeper than a client.
      if (title === "what is nested too deep") return;
      const message = (name: string): unknown =>
        expect.stringContaining(says.replace(/\bit\b/, name)) as unknown;
      const nodes = [1, 2, 3].map(() => {
        const applier = applied(new Keeper(value));
        const given = answers(
          applier,
          commandOf(1, "odd"),
          commandOf(2, "next", { floor: 1 }),
          commandOf(1, "odd"),
        );
        return { given, digest: applier.digest() };
      });
      expect(new Set(nodes.map((node) => JSON.stringify(node))).size).toBe(1);
      expect(nodes[0]?.given).toEqual([
        { type: "error", message: message("result") },
        { type: "ok", value: "next" },
        { type: "error", message: message("result") },
      ]);
      const asked = outcomeOf(new Applier(new Keeper(value)).query(viewOf(encodeCommand(null))));
      expect(asked).toEqual({ type: "error", message: message("answer") });
    },
  );

  test.each(REFUSED)("has no digest and no snapshot: %s", (title, value, says) => {
    if (title === "what is nested too deep") return;
    const machine = new Keeper();
    machine.kept = value as unknown[];
    const applier = new Applier(machine);
    const text = says.replace(/\bit\b/, "snapshot");
    expect(() => applier.digest()).toThrow(text);
    expect(() => [...applier.snapshot()]).toThrow(text);
    const inParts = Object.assign(new Keeper(), { snapshotParts: () => [value] });
    expect(() => [...new Applier(inParts).snapshot()]).toThrow(says.replace(/\bit\b/, "part"));
  });
});

const SCALARS = [0, -0, 1, NaN, Infinity, null, undefined, true, "", "0", "null", "\0", "\ufeff"];
const LISTS = [[], [[]], [{}], [undefined], [null], [undefined, undefined], [0]];
const RECORDS = [{}, { a: undefined }, { a: null }, { 0: 0 }, { a: 1, b: 2 }, { b: 2, a: 1 }];
const BYTES = [Uint8Array.of(), Uint8Array.of(0)];

test("states that answer differently have different digests, equal ones the same", () => {
  const bare = Object.assign(Object.create(null) as object, { a: undefined });
  const states = [...SCALARS, ...LISTS, ...RECORDS, bare, ...BYTES];
  const digestOf = (state: unknown): string => {
    const machine = new Keeper();
    machine.kept = state as unknown[];
    return new Applier(machine).digest();
  };
  expect(new Set(states.map(digestOf)).size).toBe(states.length);
  expect(digestOf([Infinity - Infinity, -NaN])).toBe(digestOf([NaN, NaN]));
  expect(digestOf(Buffer.from("a"))).toBe(digestOf(Uint8Array.of(97)));
});
