import { checkMaker } from "@kontiki/actors";
import {
  callable,
  decimal,
  either,
  isRecord,
  oneOf,
  path,
  rule,
  shown,
  whyNotPlain,
  whole,
  type Rule,
  type Schema,
} from "@kontiki/actors/node";
import { SEEDS } from "../campaign/seeds.ts";
import { checkedParts, partError } from "../scenario/check-parts.ts";
import { THROWS, type ScenarioParts } from "../scenario/parts.ts";
import { SCENARIO_NAMES } from "../scenario/schema.ts";
import { unknownName } from "../scenario/written/values.ts";
import type { OwnOptions } from "./sim-options.ts";

const PAGES = "the path of a folder, or false for no page";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Checked later, together: each of them has its own rules. */
function later<Value>(): Rule<Value> {
  return rule("", () => true);
}

const OWN_OPTIONS: Schema<OwnOptions> = {
  machine: later(),
  specification: later(),
  commands: callable(" that draws a command from chance"),
  invariant: callable(" that looks at a machine"),
  finally: callable(" that gets the session at the end"),
  throws: oneOf(...THROWS),
  seeds: whole(1, SEEDS - 1),
  seed: whole(0, SEEDS - 1),
  shrinkMs: decimal(0, DAY_MS),
  pages: either(
    (value) => typeof value === "string",
    path(PAGES),
    rule<false>(PAGES, (value) => value === false),
  ),
  timeoutMs: whole(1, DAY_MS),
};

/**
 * Checks the options of a test that are not part of its scenario, and the names of all. A test that tries nothing must
 * not pass.
 *
 * @param source names the test in errors.
 * @throws ScenarioError that names the option and its valid values.
 */
export function checkOptions(source: string, options: object): void {
  if (!isRecord(options))
    throw partError(source, "options", `is ${shown(options)}: give the scenario, or {}`);
  const impure = whyNotPlain(options);
  if (impure !== undefined) throw partError(source, impure.name ?? "options", impure.text);
  const names = [...Object.keys(OWN_OPTIONS), "scenario", ...SCENARIO_NAMES];
  const stranger = Object.keys(options).find((name) => !names.includes(name));
  if (stranger !== undefined) throw partError(source, stranger, unknownName(stranger, names));
  for (const [name, check] of Object.entries(OWN_OPTIONS)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    const wrong = value === undefined ? undefined : check(value, "");
    if (wrong !== undefined) throw partError(source, name, wrong.trim());
  }
  const { seed, seeds } = options as OwnOptions;
  if (seed !== undefined && seeds !== undefined)
    throw partError(source, "seeds", "is given beside seed, which is the only one that is tried");
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
