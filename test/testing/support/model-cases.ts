import type { ModelName, Operation } from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { judged } from "./operations.ts";

type Case = readonly [
  title: string,
  verdict: "valid" | "violated",
  operations: readonly Operation[],
];

/** Tests a model with a table of short histories and their verdicts. */
export function cases(model: ModelName, table: readonly Case[]): void {
  describe(model, () => {
    test.each(table)("%s: %s", (_title, verdict, operations) => {
      expect(judged(model, operations).verdict).toBe(verdict);
    });
  });
}
