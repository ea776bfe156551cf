import { isRecord, rule, type Rule } from "@kontiki/actors/node";
import type { Scenario } from "./scenario.ts";

const GIVE = "what defineScenario or await loadScenario(...) returns";

const isScenario = rule<Scenario>(
  GIVE,
  (value) => isRecord(value) && "durationMs" in value && "workload" in value,
);

/** What is given where a scenario is needed: the fields of a written one have other names. */
export const givenScenario: Rule<Scenario> = (value, path) =>
  value instanceof Promise ? `${path} is a Promise: await it` : isScenario(value, path);
