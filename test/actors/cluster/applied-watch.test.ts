import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  AppliedWatch,
  type AppliedEvent,
} from "../../../packages/actors/src/cluster/applied-watch.ts";
import type { AppliedRecord } from "../../../packages/actors/src/metrics/probe.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A watch, what its listener got in short, and nodes that tell what they apply. */
class Stage {
  readonly got: string[] = [];
  readonly watch: AppliedWatch;
  readonly end: () => void;
  #take: ((node: string, record: AppliedRecord) => void) | undefined;

  constructor(leader: string | undefined) {
    this.watch = new AppliedWatch({
      turn: (onApplied) => (this.#take = onApplied),
      leader: () => leader,
    });
    this.end = this.watch.add((event) => this.got.push(shortOf(event)));
  }

  get isOn(): boolean {
    return this.#take !== undefined;
  }

  place(node: string, index: number): void {
    this.#take?.(node, { index, commands: undefined });
  }

  applies(node: string, ...indexes: readonly number[]): void {
    for (const index of indexes)
      this.#take?.(node, { index, commands: [{ command: `c${index}`, result: null }] });
  }
}

function shortOf(event: AppliedEvent): string {
  if (event.type === "entry")
    return [event.index, ...event.commands.map(({ command }) => command)].join(" ");
  return event.type === "begin" ? `begin ${event.index}` : `gap ${event.from}-${event.to}`;
}

test("it begins at the place of the leader, and each entry is told once, by the first node", () => {
  const stage = new Stage("n2");
  stage.place("n1", 3);
  stage.applies("n1", 4, 5, 6);
  expect(stage.got).toEqual([]);
  stage.place("n2", 5);
  stage.applies("n2", 6, 7);
  stage.applies("n1", 7, 8);
  expect(stage.got).toEqual(["begin 5", "6 c6", "7 c7", "8 c8"]);
});

test("without a leader it begins after a time, at the place of the node that is furthest", () => {
  const stage = new Stage(undefined);
  stage.place("n1", 3);
  stage.applies("n2", 5);
  vi.advanceTimersByTime(250);
  stage.applies("n1", 4, 5);
  expect(stage.got).toEqual(["begin 4", "5 c5"]);
});

test("what one node misses another tells, and what none tells in time is a gap", () => {
  const stage = new Stage("n1");
  stage.place("n1", 0);
  stage.applies("n1", 1, 4);
  expect(stage.got).toEqual(["begin 0", "1 c1"]);
  stage.applies("n2", 2, 3);
  stage.applies("n1", 7, 8);
  expect(stage.got.slice(2)).toEqual(["2 c2", "3 c3", "4 c4"]);
  vi.advanceTimersByTime(4_000);
  expect(stage.got.slice(5)).toEqual(["gap 5-6", "7 c7", "8 c8"]);
});

test("a node that restarts tells entries again, which is noticed", () => {
  const stage = new Stage("n1");
  stage.place("n1", 1);
  stage.applies("n1", 2, 3);
  stage.place("n1", 0);
  stage.applies("n1", 1, 2, 3, 4);
  expect(stage.got).toEqual(["begin 1", "2 c2", "3 c3", "4 c4"]);
});

test("a second listener begins at the present place, and the last one switches it off", () => {
  const stage = new Stage("n1");
  stage.place("n1", 1);
  stage.applies("n1", 2);
  const later: string[] = [];
  const end = stage.watch.add((event) => later.push(shortOf(event)));
  stage.applies("n1", 3);
  expect(later).toEqual(["begin 2", "3 c3"]);
  stage.end();
  expect(stage.isOn).toBe(true);
  end();
  expect(stage.isOn).toBe(false);
  expect(stage.got).toEqual(["begin 1", "2 c2", "3 c3"]);
});
