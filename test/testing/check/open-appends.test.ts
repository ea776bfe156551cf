import type { Operation } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { judged, ok, open } from "../support/operations.ts";

/** So many appends that never returned that all their orders and subsets would fill any memory. */
const lost = Array.from({ length: 113 }, (_, at) =>
  open(`l${at}`, 0, ["append", `v${100 + at}`, "x"]),
);

describe("appends that never returned and that nobody saw", () => {
  const appendTo = (length: number): Operation => ok("c", 10, 11, ["append", "end", "x"], length);

  test("explain a length, in any order", () => {
    const { verdict, cost } = judged("key-value", [...lost, appendTo(40 * 4 + 3)]);
    expect(verdict).toBe("valid");
    expect(cost.configurations).toBeLessThan(200);
  });

  test("do not explain a length that is not the sum of theirs", () => {
    const { verdict, cost } = judged("key-value", [...lost, appendTo(40 * 4 + 2)]);
    expect(verdict).toBe("violated");
    expect(cost.configurations).toBeLessThan(200);
  });

  test("are told from those that were seen", () => {
    const found = (value: string): Operation => ok("r", 20, 21, ["get", null, "x"], value);
    const text = "v150v120end";
    expect(judged("key-value", [...lost, appendTo(11), found(text)]).verdict).toBe("valid");
    expect(judged("key-value", [...lost, appendTo(15), found(text)]).verdict).toBe("violated");
  });
});
