import { KontikiError, messageOf } from "../errors.ts";
import { checkArgument } from "../options/argument.ts";
import { text } from "../options/rules.ts";
import { importModule, URL_TEXT } from "./import-module.ts";
import type { StateMachine } from "./state-machine.ts";

/**
 * Loads a state machine's module and creates a machine.
 *
 * @param url of a module whose default export is a function that returns a {@link StateMachine}.
 * @throws KontikiError when the module is missing, throws, or returns something else.
 */
export async function loadMachine(url: string): Promise<StateMachine> {
  checkArgument("loadMachine", "url", URL_TEXT, url);
  const { default: made } = await importModule(url, "state machine");
  if (typeof made !== "function") {
    throw new KontikiError(
      `state machine ${url}: its default export is not a function that makes a machine`,
    );
  }
  return makeMachine(made, `state machine ${url}`);
}

/**
 * Creates a machine with a user's function.
 *
 * @param source how messages name it: every message begins with it.
 * @throws KontikiError when it is not a function, throws, or returns something other than a {@link StateMachine}.
 */
export function makeMachine(make: unknown, source: string): StateMachine {
  checkArgument("makeMachine", "source", text("how messages name the machine"), source);
  if (typeof make !== "function")
    throw new KontikiError(`${source}: it is not a function that makes a machine`);
  if (isClass(make))
    throw new KontikiError(`${source}: it is a class: use () => new ${make.name || "Machine"}()`);
  const machine: unknown = callMake(source, make as () => unknown);
  if (machine instanceof Promise) {
    // The promise is not used, and an unhandled rejection would end the process.
    machine.catch(() => undefined);
    throw new KontikiError(`${source}: it returns a Promise: let it return the machine itself`);
  }
  if (!isStateMachine(machine)) {
    throw new KontikiError(`${source}: what it returns lacks one of apply, snapshot and restore`);
  }
  const wrong = wrongOptional(machine);
  if (wrong !== undefined) throw new KontikiError(`${source}: ${wrong}`);
  return machine;
}

/** A class can only be called with `new`. Only its source text shows that it is one. */
function isClass(make: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(make));
}

function callMake(source: string, make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    throw new KontikiError(`${source}: it threw: ${messageOf(error)}`, { cause: error });
  }
}

function isStateMachine(value: unknown): value is StateMachine {
  if (typeof value !== "object" || value === null) return false;
  return ["apply", "snapshot", "restore"].every(
    (name) => typeof Reflect.get(value, name) === "function",
  );
}

/** What is wrong with the optional parts of a machine. */
function wrongOptional(machine: StateMachine): string | undefined {
  for (const name of ["query", "snapshotParts", "restoreParts"] as const) {
    if (machine[name] !== undefined && typeof machine[name] !== "function")
      return `its ${name} is not a function`;
  }
  if ("snapshotParts" in machine === "restoreParts" in machine) return undefined;
  return "it has one of snapshotParts and restoreParts: it needs both or none";
}
