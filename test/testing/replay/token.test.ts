import {
  decodeToken,
  encodeToken,
  explore,
  planFrom,
  replayPath,
  runToken,
  TokenError,
  type Plan,
  type Token,
} from "@kontiki/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packToken } from "../../../packages/testing/src/replay/token-text.ts";
import { forgetsVote } from "../support/broken-steps.ts";
import { drawPlan, plans, scenario } from "../support/drawn-plans.ts";

const FAILED = { check: "Election Safety", hash: "0123456789abcdef" };

/** Must not be called: the token holds its complete plan. */
const never = (): Plan => {
  throw new Error("no plan should be drawn");
};

function planIn(word: string, draw: () => Plan = never): Plan {
  const token = decodeToken(word);
  if (token.type === "path") throw new Error("no run");
  return planFrom(token.recipe, draw);
}

function messageOf(word: string): string {
  try {
    decodeToken(word);
  } catch (error) {
    if (error instanceof TokenError) return error.message;
    throw error;
  }
  return "(it is intact)";
}

describe("a token", () => {
  test("decodes to what was encoded", () => {
    const token = fc.record({
      type: fc.constant("run" as const),
      check: fc.string({ unit: "grapheme" }),
      hash: fc.string(),
      module: fc.option(fc.string(), { nil: undefined }),
      recipe: fc.record({ from: fc.constant("plan" as const), plan: plans }),
    });
    fc.assert(
      fc.property(token, (made: Token) => {
        const word = encodeToken(made);
        expect(decodeToken(` ${word}\n`)).toEqual(made);
        expect(word).toMatch(/^k1-[\w-]+$/);
      }),
    );
  });

  test("decodes to a plan with any parts removed, stored complete or by its seed", () => {
    const drawn = drawPlan(scenario, 7, 40, 400);
    const isLeft = fc.array(fc.boolean(), { minLength: 440, maxLength: 440 });
    const share = fc.constantFrom(0, 1, 2, 3);
    fc.assert(
      fc.property(isLeft, share, (flags, least) => {
        const keep = <T>(all: readonly T[], from: number): readonly T[] =>
          all.filter((_one, at) => flags[from + at] === true || at % 4 < least);
        const plan: Plan = {
          ...drawn,
          nodes: 3,
          faults: keep(drawn.faults, 0),
          operations: keep(drawn.operations, 40),
        };
        const word = runToken(plan, FAILED, () => drawn);
        expect(planIn(word, () => drawn)).toEqual(plan);
      }),
      { numRuns: 30 },
    );
  });

  test("of a path decodes to bounds and actions that lead to the same violation", () => {
    const bounds = { nodes: 3, terms: 2, proposals: 1, crashes: 1 };
    const broken = explore({ ...bounds, step: forgetsVote }).violation;
    const token: Token = {
      type: "path",
      check: broken?.text ?? "",
      bounds,
      actions: broken?.actions ?? [],
    };
    const read = decodeToken(encodeToken(token));
    expect(read).toEqual(token);
    const again = read.type === "path" ? read.actions : [];
    expect(replayPath({ ...bounds, step: forgetsVote }, again)).toEqual({
      transitions: broken?.transitions,
      broken: broken?.text,
    });
  });

  test("is short: it stores the seed of a long plan, and a small plan completely", () => {
    const drawn = drawPlan(scenario, 7, 40, 4000);
    const bySeed = runToken(drawn, FAILED, () => drawn);
    const shrunk = { ...drawn, faults: drawn.faults.slice(3, 5), operations: [] };
    const inFull = runToken(shrunk, FAILED, never);
    expect([bySeed.length < 400, inFull.length < 400]).toEqual([true, true]);
    expect(planIn(inFull)).toEqual(shrunk);
  });

  test("stores a plan completely if its seed does not draw it", () => {
    const drawn = drawPlan(scenario, 7, 40, 400);
    const moved = drawn.faults.map((fault) => ({ ...fault, at: fault.at + 1 }));
    const plan = { ...drawn, faults: moved };
    expect(planIn(runToken(plan, FAILED, () => drawn))).toEqual(plan);
  });
});

describe("a token that cannot be used", () => {
  const plan = drawPlan(scenario, 7, 3, 10);
  const word = runToken(plan, FAILED, never);

  test("reports a missing or changed character", () => {
    const damaged = "the token is damaged: copy the complete token from the report of the failure";
    for (let at = 3; at < word.length; at += 1) {
      const other = word[at] === "A" ? "B" : "A";
      expect(messageOf(word.slice(0, at) + word.slice(at + 1))).toBe(damaged);
      expect(messageOf(word.slice(0, at) + other + word.slice(at + 1))).toBe(damaged);
    }
    expect(messageOf("k1-")).toBe(damaged);
  });

  test.each([
    ["swarm", '"swarm" is not a token: copy the complete token from the report of the failure'],
    ["", '"" is not a token: copy the complete token from the report of the failure'],
    [
      `k1-${"x".repeat(60)}!`,
      `"k1-${"x".repeat(37)}..." is not a token: copy the complete token from the report of the failure`,
    ],
    [
      `k2-${word.slice(3)}`,
      "the token has format 2, but this version reads format 1: use the version that made it",
    ],
    [packToken({ type: "run" }), "the token is intact, but does not describe a run: make it again"],
  ])("reports why: %s", (text, message) => {
    expect(messageOf(text)).toBe(message);
  });

  test("reports that its seed draws a different plan", () => {
    const drawn = drawPlan(scenario, 7, 40, 400);
    const bySeed = runToken(drawn, FAILED, () => drawn);
    expect(() => planIn(bySeed, () => drawPlan(scenario, 7, 40, 399))).toThrow(
      "this version draws different faults or operations from the token's seed: use the version that made it",
    );
  });
});
