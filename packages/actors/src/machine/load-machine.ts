import { KontikiError, messageOf } from "../errors.ts";
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
  return makeMachine(made, `state machine ${url}`);
}

/**
 * Makes a machine with a function that is said to do so.
 *
 * @param source what people know it by: the beginning of what is said when it is none.
 * @throws KontikiError when it is no function, throws, or gives something else than a {@link StateMachine}.
 */
export function makeMachine(make: unknown, source: string): StateMachine {
  if (typeof make !== "function")
    throw new KontikiError(`${source}: it is not a function that makes a machine`);
  if (isClass(make))
    throw new KontikiError(`${source}: it is a class: give () => new ${make.name || "Machine"}()`);
  const machine: unknown = callMake(source, make as () => unknown);
  if (machine instanceof Promise) {
    // Nobody waits for it, and its error would end the process.
    machine.catch(() => undefined);
    throw new KontikiError(`${source}: it makes a Promise: let it give the machine itself`);
  }
  if (!isStateMachine(machine)) {
    throw new KontikiError(`${source}: what it makes lacks one of apply, snapshot and restore`);
  }
  const wrong = wrongOptional(machine);
  if (wrong !== undefined) throw new KontikiError(`${source}: ${wrong}`);
  return machine;
}

/** What can only be called with `new`. Its text is the one thing that tells. */
function isClass(make: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(make));
}

function callMake(source: string, make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    throw new KontikiError(`${source}: making it threw: ${messageOf(error)}`, { cause: error });
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
