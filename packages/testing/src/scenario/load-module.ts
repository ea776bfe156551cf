import { fileURLToPath } from "node:url";
import { importModule, loadMachine } from "@kontiki/actors";
import type { StateMachine } from "@kontiki/actors/node";
import { checkedParts, partError } from "./check-parts.ts";
import type { Complaint } from "./complaint.ts";
import { isDefined, readScenario } from "./define.ts";
import { nothingToJudge } from "./nothing-to-judge.ts";
import type { ScenarioParts } from "./parts.ts";
import type { Scenario } from "./scenario.ts";
import { ScenarioError } from "./scenario-error.ts";
import { unknownName } from "./written/values.ts";

const EXPORTS = ["default", "stateMachine", "specification", "commands", "invariant", "throws"];

/**
 * Loads a scenario from a module. Its default export is what `defineScenario` gives, or takes. It may also export
 * - `stateMachine`: the URL of the module of a state machine, or a path that starts from the module;
 * - `specification`: the model that judges that machine, and how its commands appear in a history;
 *   "none" when there is no model;
 * - `commands`: what clients ask it. A module with its own machine must give its commands too;
 * - `invariant`: what must hold of each machine at all times;
 * - `throws`: "allow" when any error of the machine may be an answer.
 *
 * @throws ScenarioError that lists what is wrong, and KontikiError for a module that cannot be loaded.
 */
export async function loadModule(url: string): Promise<ScenarioParts> {
  const path = url.startsWith("file:") ? fileURLToPath(url) : url;
  const module = await importModule(url, "scenario");
  const stranger = Object.keys(module).find((name) => !EXPORTS.includes(name));
  if (stranger !== undefined) throw partError(path, stranger, unknownName(stranger, EXPORTS));
  const { stateMachine, specification, commands, invariant, throws } = module;
  const own = { machine: stateMachine, specification, commands, invariant, throws };
  const beside = checkedParts(own, { source: path, machine: "stateMachine", asks: true });
  const scenario = scenarioIn(module.default, path);
  const vacuous = specification === "none" ? [] : nothingToJudge(scenario);
  if (vacuous.length > 0) throw unplaced(path, vacuous);
  return {
    scenario,
    ...(stateMachine !== undefined && (await machineAt(stateMachine, url, path))),
    ...beside,
  };
}

function scenarioIn(exported: unknown, path: string): Scenario {
  if (exported === undefined)
    throw partError(path, "default", "is missing: export default defineScenario({ ... })");
  if (isDefined(exported)) return exported;
  const read = readScenario(exported);
  if (read.type === "scenario") return read.scenario;
  throw unplaced(path, read.complaints);
}

function unplaced(path: string, complaints: readonly Complaint[]): ScenarioError {
  return new ScenarioError(
    path,
    complaints.map((complaint) => ({ ...complaint, place: undefined })),
  );
}

async function machineAt(
  stateMachine: unknown,
  base: string,
  path: string,
): Promise<Pick<ScenarioParts, "stateMachine" | "machine">> {
  const text = stateMachine instanceof URL ? stateMachine.href : stateMachine;
  if (typeof text !== "string" || !URL.canParse(text, base))
    throw partError(
      path,
      "stateMachine",
      "is neither a URL nor a path: give one of the machine's module",
    );
  const { href } = new URL(text, base);
  // Makes one machine now, to learn early whether that works.
  await loadMachine(href);
  const { default: make } = await importModule(href, "state machine");
  return { stateMachine: href, machine: make as () => StateMachine };
}
