import { momentText, timeText } from "@kontiki/web/model";
import { expect, test } from "vitest";

test.each([
  [0.5, "ms", 0.5, "0.5 ms"],
  [1500, "ms", 500, "1,500 ms"],
  [20_000, "ms", 5_000, "20 s"],
  [3_600_000, "ms", 60_000, "3,600 s"],
  [12, "events", 2, "event 12"],
] as const)("%d %s beside others at %d is %s", (at, clock, step, text) => {
  expect(timeText(at, clock, step)).toBe(text);
});

test("a moment has its unit, and thousands are seen", () => {
  expect(momentText(44_557.756)).toBe("44,557.76 ms");
});
