import type { Outcome } from "@kontiki/actors";
import { planOf } from "@kontiki/testing";
import { expect, test } from "vitest";
import { readAllKeys } from "../../../packages/testing/src/workers/final-reads.ts";
import { scenario } from "../support/drawn-plans.ts";

const NOBODY = { called: () => undefined, returned: () => undefined };

/** A cluster that answers reads of some keys only. */
function answering(...keys: readonly string[]): {
  read: (command: unknown) => Promise<Outcome<unknown>>;
} {
  return {
    read: async (command) =>
      keys.includes((command as { readonly key: string }).key)
        ? { type: "ok", value: "v" }
        : { type: "unknown", reason: "no answer" },
  };
}

test("a final read without an answer leaves the last state unverified", async () => {
  const plan = planOf(scenario, 1);
  const puts = ["a", "b", "c"].map((key, id) => {
    return { id, at: 0, client: 0, command: { type: "put", key, value: "v" }, read: false };
  });
  const of = { ...plan, operations: puts };
  expect(await readAllKeys(of, answering("a", "b", "c"), NOBODY)).toBe(undefined);
  expect(await readAllKeys(of, answering("a"), NOBODY)).toBe(
    "the last state is not verified: 2 of 3 final reads failed, the first that of b",
  );
});
