/// <reference lib="es2024.string" />
import { Buffer } from "#platform";
import { canonical, type Value } from "../../history/value.ts";
import type { Distinctions, Interpreted, Timed } from "../model.ts";
import type { TextAccess } from "./text-ranks.ts";
import { TextSight } from "./text-sight.ts";

/** A request to a store about one key. The key is a canonical text. */
export type KeyValueInput =
  /** Reads or removes the value. */
  | { readonly type: "get" | "delete"; readonly key: string }
  /** Sets the value. */
  | { readonly type: "put"; readonly key: string; readonly value: Value }
  /** Appends to the text. */
  | { readonly type: "append"; readonly key: string; readonly value: string }
  /** Replaces an expected value. */
  | { readonly type: "cas"; readonly key: string; readonly from: Value; readonly to: Value };

type Access = Interpreted<KeyValueInput, Value>;

/** What an operation shows of the text of its key. An absent one counts as empty here. */
export function accessOf({
  input,
  output,
  call,
  return: end,
}: Timed<KeyValueInput, Value>): TextAccess {
  const nothing = { wrote: undefined, appended: undefined, length: undefined, found: undefined };
  const access = { ...nothing, call, return: end };
  switch (input.type) {
    case "get":
      return output === undefined ? access : { ...access, found: textOf(output) };
    case "put":
      return { ...access, wrote: textOf(input.value) };
    case "append": {
      const length = typeof output === "number" ? output : undefined;
      return { ...access, appended: textOf(input.value), length };
    }
    case "delete":
      return output === false ? { ...access, found: "" } : { ...access, wrote: "" };
    case "cas":
      return output === false ? access : { ...access, wrote: textOf(input.to) };
  }
}

/** A text whose length is that of the value in bytes of UTF-8. */
function textOf(value: Value): string {
  if (value === null) return "";
  if (typeof value !== "string") return `\0${canonical(value)}`;
  const bytes = Buffer.from(value);
  return bytes.length === value.length ? value : bytes.toString("latin1");
}

/**
 * What these operations on one key can tell apart: texts by {@link TextSight}, whose given texts are those that a `get` found
 * and that a `cas` expects. `delete` tells only whether there is a value, `append` the length.
 *
 * Undefined if something that is appended ends or begins within a character: then lengths do not add up.
 */
export function distinctionsIn(
  operations: readonly Access[],
): Distinctions<Value, KeyValueInput> | undefined {
  const isWhole = ({ input }: Access): boolean =>
    input.type !== "append" || input.value.isWellFormed();
  if (!operations.every(isWhole)) return undefined;
  const sight = new TextSight(operations.flatMap(comparedWith));
  const lengthOf = (value: Value): number | undefined =>
    typeof value === "string" ? sight.pieceLength(value) : undefined;
  return {
    key: (state) =>
      (typeof state === "string" ? sight.lengthOnly(state) : undefined) ?? canonical(state),
    effect(input) {
      switch (input.type) {
        case "get":
        case "delete":
          return undefined;
        case "put":
        case "append":
          return named(input.type, lengthOf(input.value));
        case "cas":
          return named(`cas ${canonical(input.from)}`, lengthOf(input.to));
      }
    },
  };
}

function named(what: string, length: number | undefined): string | undefined {
  return length === undefined ? undefined : `${what} ${length}`;
}

/** The texts that the state may be compared with. */
function comparedWith({ input, output }: Access): readonly string[] {
  if (input.type === "get") return typeof output === "string" ? [output] : [];
  return input.type === "cas" && typeof input.from === "string" ? [input.from] : [];
}
