import { isRecord, shown } from "@kontiki/actors/node";
import type { Interpreted } from "./model.ts";
import { WrongResult } from "./model-error.ts";

const PROMISE = "a Promise: a model must answer at once";

/**
 * The state that `step` returned, if it is one.
 *
 * Only undefined means that an output is not possible. A Promise, or a "no" in another word, would be a state like any
 * other, and every history valid. So null and booleans are states only of models that begin with null or a boolean.
 *
 * @throws WrongResult
 */
export function checkedState<State>(state: State, init: unknown): State {
  const isWord = state === null || typeof state === "boolean";
  const mayBeWord = init === null || typeof init === "boolean";
  if (isPromise(state)) throw new WrongResult(PROMISE);
  if (isWord && !mayBeWord)
    throw new WrongResult(
      `${String(state)}, but init is ${shown(init)}: return undefined for an output that is not possible`,
    );
  return state;
}

/** What `interpret` returned, if it is an input and an output. @throws WrongResult */
export function checkedInterpreted<Input, Output>(
  result: Interpreted<Input, Output>,
): Interpreted<Input, Output> {
  if (isPromise(result)) throw new WrongResult(PROMISE);
  if (isRecord(result) && "input" in result) return result;
  throw new WrongResult(`${shown(result)}: give { input, output }`);
}

/** The state that `initial` returned, if it is one. @throws WrongResult */
export function checkedInitial<State>(state: State): State {
  if (isPromise(state)) throw new WrongResult(PROMISE);
  if (state !== undefined) return state;
  throw new WrongResult("undefined: give a state, or throw an InterpretError");
}

/** A text for people, if it is one. @throws WrongResult */
export function checkedText(text: string): string {
  if (typeof text === "string") return text;
  throw new WrongResult(isPromise(text) ? PROMISE : `${shown(text)}: give a text`);
}

/** The key of a state, if it is one: other results would make different states equal. @throws WrongResult */
export function checkedKey(key: string | number): string | number {
  if (typeof key === "string" || (typeof key === "number" && !Number.isNaN(key))) return key;
  throw new WrongResult(`${shown(key)}: give a text or a number`);
}

/** The name of an object, if it is one. @throws WrongResult */
export function checkedPart(part: string): string {
  if (typeof part === "string") return part;
  throw new WrongResult(`${shown(part)}: give a text`);
}

function isPromise(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}
