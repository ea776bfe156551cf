import { KontikiError } from "../errors.ts";
import { checkArgument } from "../options/argument.ts";
import { importModule, URL_TEXT } from "./import-module.ts";
import { makeMachine } from "./make-machine.ts";
import type { StateMachine } from "./state-machine.ts";

/**
 * Loads a state machine's module, and returns a function that creates machines.
 *
 * @throws KontikiError when the module is missing, throws, or creates something else.
 */
export async function loadMaker(url: string): Promise<() => StateMachine> {
  const { default: made } = await importModule(url, "state machine");
  if (typeof made !== "function") {
    throw new KontikiError(
      `state machine ${url}: its default export is not a function that makes a machine`,
    );
  }
  const source = `state machine ${url}`;
  // The next one shows whether the first call returned what every call returns.
  makeMachine(made, source);
  return () => makeMachine(made, source);
}

/**
 * Loads a state machine's module and creates a machine.
 *
 * @param url of a module whose default export is a function that returns a {@link StateMachine}.
 * @throws KontikiError when the module is missing, throws, or returns something else.
 */
export async function loadMachine(url: string): Promise<StateMachine> {
  checkArgument("loadMachine", "url", URL_TEXT, url);
  const make = await loadMaker(url);
  return make();
}
