import { describe, expect, test } from "vitest";
import { arrange, blocksOf, ticks, timeText, View } from "../support/viewer.ts";

type Data = Parameters<typeof arrange>[0];
type Row = Data["operations"][number];

const row = (process: number, call: number, end: number | null): Row => [
  process,
  call,
  end,
  end === null ? "open" : "ok",
  "read",
  0,
  false,
  0,
];

function report(operations: Row[], processes = ["a", "b"]): ReturnType<typeof arrange> {
  return arrange({ unit: "ms", processes, objects: [""], operations, bands: [], blocked: -1 });
}

function viewOf(from: number, to: number, width: number): InstanceType<typeof View> {
  const view = new View(from, to);
  view.width = width;
  return view;
}

describe("lanes", () => {
  test("are one per client, and more where its operations overlap", () => {
    const { lanes } = report([row(0, 0, 5), row(1, 0, 9), row(0, 3, 8), row(0, 5, 6)]);
    const calls = lanes.map(({ label, bars }) => [label, bars.map(({ call }) => call)]);
    expect(calls).toEqual([
      ["a", [0, 5]],
      ["", [3]],
      ["b", [0]],
    ]);
  });

  test("are in the order of the clients' names", () => {
    const { lanes } = report([row(0, 0, 1), row(1, 2, 3), row(2, 4, 5)], ["c10", "c2", "a"]);
    expect(lanes.map(({ label }) => label)).toEqual(["a", "c2", "c10"]);
  });

  test("end an open operation where the client continues, or at the end", () => {
    const { lanes, to } = report([row(0, 0, null), row(0, 3, 4), row(1, 1, null)]);
    expect(lanes.map(({ bars }) => bars.map(({ end }) => end))).toEqual([[3, 4], [to]]);
  });
});

describe("the drawn blocks", () => {
  test("are bounded by the width, however many operations there are", () => {
    const many = Array.from({ length: 100_000 }, (_, at) => row(0, 2 * at, 2 * at + 1));
    const { lanes, from, to } = report(many);
    const [lane] = lanes;
    if (lane === undefined) throw new Error("no lane");
    const blocks = blocksOf(lane, viewOf(from, to, 1000), () => true);
    expect(blocks.length).toBeLessThan(340);
    expect(blocks.reduce((sum, { count }) => sum + count, 0)).toBe(100_000);
  });

  test("include an operation that began long before the view", () => {
    const { lanes, from, to } = report([row(0, 0, 100), row(0, 100, 101), row(0, 101, 102)]);
    const [lane] = lanes;
    if (lane === undefined) throw new Error("no lane");
    const view = viewOf(from, to, 1000);
    view.show(50, 60);
    expect(blocksOf(lane, view, () => true).map(({ first }) => first.call)).toEqual([0]);
    expect(blocksOf(lane, view, () => false)).toEqual([]);
  });
});

describe("the view", () => {
  test("stays within the whole", () => {
    const view = viewOf(0, 100, 1000);
    view.show(-10, 10);
    expect([view.from, view.to]).toEqual([0, 20]);
    view.show(90, 140);
    expect([view.from, view.to]).toEqual([50, 100]);
    view.show(-500, 500);
    expect([view.from, view.to]).toEqual([0, 100]);
  });

  test("keeps the time under the pointer in place", () => {
    const view = viewOf(0, 100, 1000);
    view.zoom(0.5, 40);
    expect([view.from, view.to, view.x(40)]).toEqual([20, 70, 400]);
    expect(view.time(400)).toBe(40);
  });
});

test.each([
  [1234, "step", 1, "step 1,234"],
  [1500, "ms", 100, "1.5 s"],
  [0.25, "ms", 0.05, "250 µs"],
  [1_500_000_000, "ns", 1, "1.5 s"],
  [-20, "ms", 10, "-20 ms"],
])("%d %s to %d is %s", (time, unit, step, text) => {
  expect(timeText(time, unit, step)).toBe(text);
});

test("ticks are round", () => {
  expect(ticks(0.3, 9.6, 5)).toEqual({ step: 2, times: [2, 4, 6, 8] });
  // Half a step is none.
  expect(ticks(0, 3, 10, 1)).toEqual({ step: 1, times: [0, 1, 2, 3] });
});
