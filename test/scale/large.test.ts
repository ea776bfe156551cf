import {
  checkLinearizable,
  interpretHistory,
  models,
  parseHistory,
  type AnyFileModel,
} from "@kontiki/testing";
import { describe, expect, test } from "vitest";
import { largeHistory, type Shape } from "./large.ts";

/** Smaller ones of what `pnpm check:large` checks. */
const one = { clients: 20, keys: 1, lost: 0, isSpoiled: false } as const;

// Bounds on work instead of time, independent of the load: calls of the model for each operation.
const SHAPES: readonly (readonly [title: string, stepsEach: number, shape: Shape])[] = [
  ["a register of new values", 20, { ...one, model: "register", operations: 3000 }],
  ["a register of few values", 100, { ...one, model: "register", operations: 3000, values: 5 }],
  [
    "a register when many operations never return",
    20,
    { ...one, model: "register", operations: 2000, clients: 10, lost: 150 },
  ],
  [
    "a violated register when many operations never return",
    1500,
    { ...one, model: "register", operations: 1000, clients: 5, lost: 100, isSpoiled: true },
  ],
  ["a set", 10, { ...one, model: "set", operations: 1500 }],
  [
    "a set when many operations never return",
    25,
    { ...one, model: "set", operations: 1500, clients: 10, lost: 100 },
  ],
  [
    "a violated set",
    100,
    { ...one, model: "set", operations: 1500, clients: 5, reads: 0.01, isSpoiled: true },
  ],
  ["a queue", 10, { ...one, model: "queue", operations: 3000 }],
  ["a list", 10, { ...one, model: "list-append", operations: 3000 }],
];

describe("a large history is judged with little work", () => {
  test.each(SHAPES)("of %s", (_title, stepsEach, shape) => {
    const model: AnyFileModel = models[shape.model];
    const text = [...largeHistory(shape, 1)].join("\n");
    const history = interpretHistory(parseHistory(text, "jsonl"), model);
    const { verdict, cost } = checkLinearizable(history, model);
    expect(verdict).toBe(shape.isSpoiled ? "violated" : "valid");
    expect(cost.steps / shape.operations).toBeLessThan(stepsEach);
  });
});
