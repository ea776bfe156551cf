import { expect, test } from "vitest";
import { firstWork, unfolded, workOf } from "../../../packages/nats/src/campaign/work.ts";

test.each([0, 1, 63, 64, 65, 128, 1000])("unfolds to %i ranges, each once", (ranges) => {
  let longest = 0;
  const found: number[] = [];
  const ids = new Set<string>();
  const queue = [firstWork("code")];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { id, work } = next;
    expect(ids.has(id)).toBe(false);
    ids.add(id);
    if (work.type === "range") found.push(work.range);
    else queue.push(...unfolded(work, ranges));
    longest = Math.max(longest, queue.length);
  }
  expect(found).toEqual(Array.from({ length: ranges }, (_none, at) => at));
  expect(longest).toBeLessThanOrEqual(65);
});

test("what is no work is told from work", () => {
  const good = [
    { type: "range", code: "a", range: 7 },
    { type: "more", code: "a", from: 7 },
  ];
  expect(good.map(workOf)).toEqual(good);
  const wrong = [
    undefined,
    "range",
    [],
    {},
    { type: "range", range: 7 },
    { type: "range", code: "a", range: -1 },
    { type: "more", code: "a", from: 1.5 },
    { type: "other", code: "a" },
  ];
  expect(wrong.map(workOf)).toEqual(wrong.map(() => undefined));
});
