import * as v from "valibot";
import { complaintsOf, type Complaint } from "./complaint.ts";
import type { Fault } from "./fault.ts";
import type { ScenarioInput } from "./input.ts";
import { readFault } from "./read-fault.ts";
import type { Scenario } from "./scenario.ts";
import { ScenarioError } from "./scenario-error.ts";
import { scenarioSchema } from "./schema.ts";
import { contradictionsIn } from "./contradictions.ts";
import { impureParts } from "./plain-input.ts";

/**
 * Completes and checks a scenario that is written in TypeScript.
 *
 * @throws ScenarioError that lists everything that is wrong with it.
 *
 * @example
 * ```ts
 * import { defineScenario } from "@kontiki/testing";
 *
 * export default defineScenario({
 *   name: "lonely_leader",
 *   nodes: 5,
 *   faults: [{ at: "1s", for: "1s", partition: { shape: "isolate", node: "leader" } }],
 * });
 * ```
 */
export function defineScenario(input: ScenarioInput): Scenario {
  const read = readScenario(input);
  if (read.type === "scenario")
    return Object.defineProperty(read.scenario, DEFINED, { value: true });
  const complaints = read.complaints.map((complaint) => ({ ...complaint, place: undefined }));
  const called = typeof input?.name === "string" ? ` ${input.name}` : "";
  throw new ScenarioError(`scenario${called}`, complaints);
}

/**
 * Marks the results of {@link defineScenario}, of any copy of this package: they are checked, and their form differs from
 * that of the input.
 */
const DEFINED = Symbol.for("kontiki.scenario");

/** Whether {@link defineScenario} gave it. */
export function isDefined(value: unknown): value is Scenario {
  return typeof value === "object" && value !== null && DEFINED in value;
}

const NO_MAPPING: Complaint = {
  path: [],
  on: "value",
  text: "the scenario is a list: give names with values, such as nodes: 3",
};

/** An error in the whole scenario has no path that could begin its message. */
function withSubject(complaint: Complaint): Complaint {
  const { path, text } = complaint;
  return path.length > 0 ? complaint : { ...complaint, text: `the scenario ${text}` };
}

/** The result of reading a scenario. */
export type Read =
  | { readonly type: "scenario"; readonly scenario: Scenario }
  | { readonly type: "wrong"; readonly complaints: readonly Complaint[] };

/** Completes and checks a written scenario. */
export function readScenario(written: unknown): Read {
  if (Array.isArray(written)) return { type: "wrong", complaints: [NO_MAPPING] };
  const impure = impureParts(written);
  if (impure.length > 0) return { type: "wrong", complaints: impure.map(withSubject) };
  const read = v.safeParse(scenarioSchema, written);
  const complaints: Complaint[] = complaintsOf(read.issues ?? []).map(withSubject);
  const faults: Fault[] = [];
  for (const [at, fault] of faultsIn(written).entries()) {
    const result = readFault(fault, ["faults", at]);
    if (isFault(result)) faults.push(result);
    else complaints.push(...result);
  }
  if (!read.success || complaints.length > 0) return { type: "wrong", complaints };
  const scenario = { ...read.output, faults };
  const contradictions = contradictionsIn(scenario);
  if (contradictions.length > 0) return { type: "wrong", complaints: contradictions };
  return { type: "scenario", scenario };
}

function isFault(result: Fault | readonly Complaint[]): result is Fault {
  return !Array.isArray(result);
}

/** Faults are read even when something else is wrong: the message lists everything at once. */
function faultsIn(written: unknown): readonly unknown[] {
  if (typeof written !== "object" || written === null) return [];
  const { faults } = written as { readonly faults?: unknown };
  return Array.isArray(faults) ? faults : [];
}
