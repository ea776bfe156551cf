import { isRecord, shown } from "@kontiki/actors/node";
import type { Specification } from "../check/models/specification.ts";
import {
  THROWS,
  type CommandGenerator,
  type Invariant,
  type ScenarioParts,
  type Throws,
} from "./parts.ts";
import { ScenarioError } from "./scenario-error.ts";
import { unknownName } from "./written/values.ts";

/** A custom state machine and what belongs to it, not checked yet; each is undefined when it is not given. */
export type OwnParts = {
  readonly machine: unknown;
  readonly specification: unknown;
  readonly commands: unknown;
  readonly invariant?: unknown;
  readonly throws?: unknown;
};

/** Where these parts come from, for messages. */
export type OwnPartsNamed = {
  /** The module, or the test. */
  readonly source: string;
  /** The name of the machine there. */
  readonly machine: "machine" | "stateMachine";
  /** Whether clients send commands to the machine, so that there must be commands. */
  readonly asks: boolean;
};

/**
 * Checks what belongs to a custom machine.
 *
 * @throws ScenarioError for a part that is missing, that has no use, or that is something else.
 */
export function checkedParts(
  { machine, specification, commands, invariant, throws }: OwnParts,
  named: OwnPartsNamed,
): Pick<ScenarioParts, "specification" | "commands" | "invariant" | "throws"> {
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
    ...(invariant !== undefined && { invariant: invariantOf(invariant, source) }),
    ...(throws !== undefined && { throws: throwsOf(throws, source) }),
  };
  if (!hasMachine && specification !== undefined)
    throw partError(
      source,
      "specification",
      `is given without a ${named.machine}: give both, or neither`,
    );
  return parts;
}

/** The error about one part of a scenario. */
export function partError(source: string, name: string, text: string): ScenarioError {
  return new ScenarioError(source, [{ path: [name], on: "value", text, place: undefined }]);
}

/** What a specification has. */
const PARTS: readonly string[] = ["model", "callOf"];

function checked(given: unknown, source: string): Specification | "none" {
  if (given === "none") return given;
  const names = isRecord(given) ? Object.keys(given) : [];
  const stranger = names.find((name) => !PARTS.includes(name));
  if (stranger !== undefined)
    throw partError(source, `specification.${stranger}`, unknownName(stranger, PARTS));
  const { model, callOf } = (given ?? {}) as Partial<Specification>;
  if (!isFunction(callOf))
    throw partError(
      source,
      "specification",
      'has no function callOf: give { model, callOf }, or "none"',
    );
  const needs = ["step", "key", "describe", "describeState", "interpret"] as const;
  const missing = needs.find((name) => !isFunction(model?.[name]));
  if (missing === undefined) return given as Specification;
  throw partError(source, "specification.model", `has no function ${missing}: give a FileModel`);
}

function generatorOf(commands: unknown, source: string): CommandGenerator {
  if (isFunction(commands)) return commands as CommandGenerator;
  throw partError(
    source,
    "commands",
    "is not a function: give one that draws a command from chance",
  );
}

function invariantOf(invariant: unknown, source: string): Invariant {
  if (isFunction(invariant)) return invariant as Invariant;
  throw partError(source, "invariant", "is not a function: give one that looks at a machine");
}

function throwsOf(throws: unknown, source: string): Throws {
  const known = THROWS.find((word) => word === throws);
  if (known !== undefined) return known;
  throw partError(source, "throws", `is ${shown(throws)}: give one of ${THROWS.join(", ")}`);
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}
