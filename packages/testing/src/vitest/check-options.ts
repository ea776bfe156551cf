import { checkMaker } from "@kontiki/actors";
import * as v from "valibot";
import { SEEDS } from "../campaign/seeds.ts";
import { checkedParts, partError } from "../scenario/check-parts.ts";
import type { ScenarioParts } from "../scenario/parts.ts";
import { number, whole } from "../scenario/written/values.ts";
import type { SimOptions } from "./sim-options.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

const NUMBERS = {
  seeds: whole(1, SEEDS - 1),
  seed: whole(0, SEEDS - 1),
  shrinkMs: number(0, DAY_MS),
  timeoutMs: whole(1, DAY_MS),
};

/**
 * Checks the options of a test that are not part of its scenario. A test that tries nothing must not pass.
 *
 * @param source names the test in errors.
 * @throws ScenarioError that names the option and its valid values.
 */
export function checkOptions<Command, Result>(
  source: string,
  options: SimOptions<Command, Result>,
): void {
  if (typeof options !== "object" || options === null)
    throw partError(source, "options", "is not an object: give the scenario, or {}");
  for (const [name, schema] of Object.entries(NUMBERS)) {
    const value = options[name as keyof typeof NUMBERS];
    if (value === undefined) continue;
    const { issues } = v.safeParse(schema, value);
    if (issues !== undefined) throw partError(source, name, issues[0].message);
  }
  const { pages } = options;
  if (pages !== undefined && pages !== false && typeof pages !== "string")
    throw partError(source, "pages", "is not a folder: give a path, or false for no page");
}

/**
 * Checks a custom state machine and its companions, and makes two machines to see whether that works.
 *
 * @throws ScenarioError or KontikiError that says what is wrong.
 */
export function checkMachine(
  source: string,
  { scenario, ...own }: Omit<ScenarioParts, "stateMachine">,
): void {
  const { machine, specification, commands } = own;
  const asks = scenario.workload.clients > 0;
  checkedParts({ machine, specification, commands }, { source, machine: "machine", asks });
  if (machine !== undefined) checkMaker(machine, `${source}: machine`);
}
