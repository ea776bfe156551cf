import { parseHistory, type Format } from "@kontiki/testing";
import { describe, expect, test } from "vitest";

/** The times of calls and returns. */
function timesOf(text: string, format: Format): readonly unknown[] {
  const { operations, clock } = parseHistory(text, format);
  // The times of EDN are those of the clock.
  const at = (time: number): number => clock?.times[time] ?? time;
  return operations.map(
    (one) => [at(one.call), one.status === "open" ? null : at(one.return)] as const,
  );
}

const edn = (...times: readonly (readonly [string, string])[]): string =>
  times
    .map(
      ([call, end], process) =>
        `{:process ${process} :type :invoke :f :write :value 1 :time ${call}} {:process ${process} :type :ok :f :write :value 1 :time ${end}}`,
    )
    .join("\n");

const jsonl = (...times: readonly (readonly [string, string])[]): string =>
  [
    '{"type":"history","version":1,"unit":"ns"}',
    ...times.map(
      ([call, end]) =>
        `{"type":"operation","process":"c","f":"write","value":1,"call":${call},"return":${end},"status":"ok"}`,
    ),
  ].join("\n");

describe.each([
  ["edn", edn],
  ["jsonl", jsonl],
] as const)("times in the format %s", (format, text) => {
  test("stay as they are when numbers keep them", () => {
    expect(
      timesOf(text(["5", "1000000000000000"], ["1000000000000001", "1000000000000002"]), format),
    ).toEqual([
      [5, 1e15],
      [1e15 + 1, 1e15 + 2],
    ]);
  });

  test("count from the first one when they are Unix times in nanoseconds", () => {
    const unix = text(
      ["1732900000000000001", "1732900000000000002"],
      ["1732900000000000003", "1732900000000000004"],
    );
    expect(timesOf(unix, format)).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  test("may be text", () => {
    expect(timesOf(text(['"1732900000000000001"', '"1732900000000000002"']), format)).toEqual([
      [0, 1],
    ]);
    expect(timesOf(text(['"5"', '"6.5"']), format)).toEqual([[5, 6.5]]);
  });

  test("count from the first one also when only a later one has too many digits", () => {
    const unix = text(
      ["1000", "1732900000.5"],
      ["1732900000.6", format === "edn" ? "1732900000.6000000001M" : "1732900000.6000000001"],
    );
    expect(() => timesOf(unix, format)).toThrow(
      "is too far from the first time of the file to be exact",
    );
    const near = text(
      ["1732900000.5", "1732900000.75"],
      ["1732900000.75", format === "edn" ? "1732900000.7500000001M" : "1732900000.7500000001"],
    );
    expect(timesOf(near, format)).toEqual([
      [0, 0.25],
      [0.25, 0.2500000001],
    ]);
  });

  test("that are too far apart are refused with the line", () => {
    expect(() =>
      timesOf(text(["0", "1"], ["1732900000000000001", "1732900000000000002"]), format),
    ).toThrow(expect.objectContaining({ line: format === "edn" ? 2 : 3 }));
  });
});

test("marks count from the same time as operations", () => {
  const text = `{"type":"history","version":1,"unit":"ns"}
{"type":"fault","text":"cut","from":1732900000000000001,"to":"1732900000000000007"}
{"type":"operation","process":"c","f":"write","value":1,"call":1732900000000000003,"status":"open"}`;
  const { operations, marks } = parseHistory(text, "jsonl");
  expect([operations[0]?.call, marks]).toEqual([
    2,
    [{ type: "fault", text: "cut", from: 0, to: 6 }],
  ]);
});
