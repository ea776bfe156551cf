import type { Specification } from "../check/models/specification.ts";
import type { CommandGenerator, ScenarioParts } from "./parts.ts";
import { ScenarioError } from "./scenario-error.ts";

/** What is said to be a machine of one's own, with what goes with it; each undefined where it is not given. */
export type OwnParts = {
  readonly machine: unknown;
  readonly specification: unknown;
  readonly commands: unknown;
};

/** How people know these parts. */
export type OwnPartsNamed = {
  /** The module, or the test. */
  readonly source: string;
  /** What the machine is called there. */
  readonly machine: "machine" | "stateMachine";
  /** Whether clients ask the machine, so that there must be something to ask. */
  readonly asks: boolean;
};

/**
 * What goes with a machine of one's own.
 *
 * @throws ScenarioError for what is missing, for what is of no use, and for what is something else.
 */
export function checkedParts(
  { machine, specification, commands }: OwnParts,
  named: OwnPartsNamed,
): Pick<ScenarioParts, "specification" | "commands"> {
  const { source } = named;
  const hasMachine = machine !== undefined;
  if (hasMachine && commands === undefined && named.asks)
    throw partError(
      source,
      "commands",
      `is missing: with a ${named.machine} give a function that draws commands`,
    );
  const parts = {
    ...(specification !== undefined && { specification: checked(specification, source) }),
    ...(commands !== undefined && { commands: generatorOf(commands, source) }),
  };
  if (!hasMachine && specification !== undefined)
    throw partError(
      source,
      "specification",
      `is given without a ${named.machine}: give both, or neither`,
    );
  return parts;
}

/** Says what is wrong with one part of a scenario. */
export function partError(source: string, name: string, text: string): ScenarioError {
  return new ScenarioError(source, [{ path: [name], on: "value", text, place: undefined }]);
}

function checked(given: unknown, source: string): Specification {
  const { model, callOf } = (given ?? {}) as Partial<Specification>;
  if (!isFunction(callOf))
    throw partError(source, "specification", "has no function callOf: give { model, callOf }");
  const needs = ["step", "key", "describe", "describeState", "interpret"] as const;
  const missing = needs.find((name) => !isFunction(model?.[name]));
  if (missing === undefined) return given as Specification;
  throw partError(source, "specification.model", `has no function ${missing}: give a FileModel`);
}

function generatorOf(commands: unknown, source: string): CommandGenerator {
  if (isFunction(commands)) return commands as CommandGenerator;
  throw partError(source, "commands", "is no function: give one that draws a command from chance");
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}
