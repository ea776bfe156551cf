import { steady } from "../steady.ts";
import type { KeyValueCommand } from "@kontiki/actors";
import { callable, either, fields, needed, oneOf, type Rule } from "@kontiki/actors/node";
import { givenFileModel } from "../given-model.ts";
import type { AnyFileModel } from "./index.ts";
import { keyValue } from "./key-value.ts";
import type { KeyValueInput } from "./key-value-access.ts";
import type { Call } from "../../history/history.ts";
import { plainText } from "../../history/plain.ts";
import type { Value } from "../../history/value.ts";

/** What a state machine promises to clients: how a history records its commands, and the model that judges them. */
export type Specification = {
  /** The model that judges the answers of the machine. */
  readonly model: AnyFileModel;
  /** Translates a command or a query to a call in a history. */
  callOf(command: unknown): Call;
};

/** What is given where a specification is needed. */
export const givenSpecification: Rule<Specification> = fields<Specification>({
  model: needed(givenFileModel),
  callOf: needed(callable(" that translates a command to a call")),
});

/** What is given where a machine may also have no model. */
export const givenSpecificationOrNone: Rule<Specification | "none"> = either(
  (value) => typeof value === "string",
  oneOf("none"),
  givenSpecification,
);

/** The specification of Kontiki's own key-value machine, without `list`, which reads many keys. */
export const keyValueSpecification: Specification = {
  model: steady({
    ...keyValue,
    name: "Kontiki's key-value machine",
    step: (state, input, output) =>
      isOfType(input, output) ? keyValue.step(state, input, output) : undefined,
  } satisfies typeof keyValue as AnyFileModel),

  callOf(command) {
    const known = (command ?? {}) as KeyValueCommand;
    switch (known.type) {
      case "get":
      case "delete":
        return { f: known.type, key: known.key, value: null };
      case "put":
      case "append":
        return { f: known.type, key: known.key, value: known.value };
      case "compareAndSet":
        return { f: "cas", key: known.key, value: [known.expected, known.value] };
      case "list":
        throw new TypeError("list reads many keys and cannot be judged key by key");
      default:
        known satisfies never;
        throw new TypeError(`the key-value machine has no command ${plainText(command)}`);
    }
  },
};

/** The model for files accepts the answers of many stores. This machine always returns the answer of one type. */
function isOfType({ type }: KeyValueInput, output: Value | undefined): boolean {
  if (output === undefined) return true;
  switch (type) {
    case "get":
      return true;
    case "put":
      return output === null;
    case "append":
      return typeof output === "number";
    case "delete":
    case "cas":
      return typeof output === "boolean";
    default:
      return type satisfies never;
  }
}
