import { KontikiError, messageOf } from "./errors.ts";
import { importModule } from "./import-module.ts";
import type { StateMachine } from "./state-machine.ts";

/**
 * Loads a state machine's module and makes a machine.
 *
 * @param url of a module whose default export is a function that gives a {@link StateMachine}.
 * @throws KontikiError when the module is missing, throws, or gives something else.
 */
export async function loadMachine(url: string): Promise<StateMachine> {
  const { default: made } = await importModule(url, "state machine");
  if (typeof made !== "function") {
    throw new KontikiError(
      `state machine ${url}: its default export is not a function that makes a machine`,
    );
  }
  const machine: unknown = callMake(url, made as () => unknown);
  if (!isStateMachine(machine)) {
    throw new KontikiError(
      `state machine ${url}: what it makes lacks one of apply, snapshot and restore`,
    );
  }
  const wrong = wrongOptional(machine);
  if (wrong !== undefined) throw new KontikiError(`state machine ${url}: ${wrong}`);
  return machine;
}

function callMake(url: string, make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    throw new KontikiError(`state machine ${url}: making it threw: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function isStateMachine(value: unknown): value is StateMachine {
  if (typeof value !== "object" || value === null) return false;
  return ["apply", "snapshot", "restore"].every(
    (name) => typeof Reflect.get(value, name) === "function",
  );
}

/** What is wrong with those parts of a machine that may be left out. */
function wrongOptional(machine: StateMachine): string | undefined {
  for (const name of ["query", "snapshotParts", "restoreParts"] as const) {
    if (machine[name] !== undefined && typeof machine[name] !== "function")
      return `its ${name} is not a function`;
  }
  if ("snapshotParts" in machine === "restoreParts" in machine) return undefined;
  return "it has one of snapshotParts and restoreParts: it takes both or none";
}
