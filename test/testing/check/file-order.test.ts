import {
  checkLinearizable,
  interpretHistory,
  parseHistory,
  register,
  type Operation,
} from "@kontiki/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLinearizable } from "../support/brute-force.ts";
import { failed, ok, open } from "../support/operations.ts";
import { references } from "../support/reference.ts";

type Move = {
  readonly process: number;
  readonly f: "read" | "write" | "cas";
  readonly value: number;
  readonly end: "ok" | "fail" | "info";
};

type Event = {
  readonly process: number;
  readonly type: string;
  readonly f: string;
  readonly value: string;
};

/** The events of a history as a file has them, and its operations by the positions of their events. */
function historyOf(moves: readonly Move[]): {
  readonly events: readonly Event[];
  readonly operations: readonly Operation[];
} {
  const events: Event[] = [];
  const operations: Operation[] = [];
  const running = new Map<
    number,
    { readonly move: Move; readonly call: number; readonly name: number }
  >();
  const names = new Map<number, number>();
  for (const move of moves) {
    const { process } = move;
    const run = running.get(process);
    const name = run?.name ?? names.get(process) ?? process;
    const step = events.length;
    if (run === undefined) {
      running.set(process, { move, call: step, name });
      events.push({ process: name, type: "invoke", f: move.f, value: argument(move, "nil") });
      continue;
    }
    running.delete(process);
    const { f, end } = run.move;
    if (end === "info") names.set(process, name + 3);
    events.push({ process: name, type: end, f, value: argument(run.move, String(run.move.value)) });
    operations.push(ended(run.move, String(name), run.call, step));
  }
  for (const { move, call, name } of running.values())
    operations.push(open(String(name), call, asked(move)));
  return { events, operations };
}

function argument({ f, value }: Move, read: string): string {
  return f === "read" ? read : f === "write" ? String(value) : `[${value} ${(value + 1) % 3}]`;
}

function asked({
  f,
  value,
}: Move): readonly [f: string, value?: null | number | readonly number[]] {
  return f === "read" ? [f] : f === "write" ? [f, value] : [f, [value, (value + 1) % 3]];
}

function ended(move: Move, process: string, call: number, end: number): Operation {
  if (move.end === "info") return open(process, call, asked(move));
  if (move.end === "fail") return failed(process, call, end, asked(move));
  const output = move.f === "read" ? move.value : move.f === "cas" ? true : null;
  return ok(process, call, end, asked(move), output);
}

const move: fc.Arbitrary<Move> = fc.record({
  process: fc.nat(2),
  f: fc.constantFrom("read", "write", "cas"),
  value: fc.nat(2),
  end: fc.constantFrom("ok", "ok", "ok", "fail", "info"),
});
const times = fc.oneof(
  fc.constant<readonly string[]>([]),
  fc.array(
    fc.nat(3).map((time) => `:time ${time}`),
    { minLength: 20, maxLength: 20 },
  ),
  fc.nat(9).map((time) => Array.from({ length: 20 }, () => `:time ${time}`)),
  fc.constant(Array.from({ length: 20 }, (_, at) => `:time ${20 - at}`)),
);

function verdictOf(lines: readonly string[]): string {
  const history = parseHistory(lines.join("\n"), "edn");
  return checkLinearizable(interpretHistory(history, register), register).verdict;
}

describe("the order of a Jepsen history is that of its file", () => {
  test("whatever its times are: equal, backwards, coarse or none", () => {
    fc.assert(
      fc.property(
        fc.array(move, { minLength: 1, maxLength: 14, size: "max" }),
        times,
        (moves, clock) => {
          const { events, operations } = historyOf(moves);
          const lines = events.map(
            ({ process, type, f, value }, at) =>
              `{:process ${process}, :type :${type}, :f :${f}, :value ${value} ${clock[at] ?? ""}}`,
          );
          const expected = isLinearizable(operations, references.register) ? "valid" : "violated";
          expect(verdictOf(lines)).toBe(expected);
        },
      ),
      { numRuns: 400 },
    );
  });

  test("or that of its indices, in whatever order the file has them", () => {
    fc.assert(
      fc.property(
        fc.array(move, { minLength: 1, maxLength: 14, size: "max" }),
        fc.nat(),
        (moves, by) => {
          const { events } = historyOf(moves);
          const lines = events.map(
            ({ process, type, f, value }, at) =>
              `{:process ${process}, :type :${type}, :f :${f}, :value ${value}, :index ${2 * at}}`,
          );
          const turned = [...lines.slice(by % lines.length), ...lines.slice(0, by % lines.length)];
          expect(verdictOf(turned.toReversed())).toBe(verdictOf(lines));
        },
      ),
      { numRuns: 100 },
    );
  });
});
