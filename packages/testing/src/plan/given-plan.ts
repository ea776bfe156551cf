import { isRecord, rule, whole, type Rule } from "@kontiki/actors/node";
import type { Plan } from "./plan.ts";

const isPlan = rule<Plan>(
  "what planOf(scenario, seed) returns",
  (value) =>
    isRecord(value) &&
    isRecord(value["scenario"]) &&
    Array.isArray(value["faults"]) &&
    Array.isArray(value["operations"]),
);

/** What is given where a plan is needed. */
export const givenPlan: Rule<Plan> = (value, path) =>
  value instanceof Promise ? `${path} is a Promise: await it` : isPlan(value, path);

/** The number of a plan's draws. */
export const givenSeed: Rule<number> = whole(0, 2 ** 32 - 1);
