import { KontikiError, messageOf } from "../errors.ts";
import { checkArgument } from "../options/argument.ts";
import { shown, text } from "../options/rules.ts";
import type { StateMachine } from "./state-machine.ts";

const SOURCE = text("how messages name the machine");

/**
 * Creates a machine with a user's function.
 *
 * @param source how messages name it: every message begins with it.
 * @throws KontikiError when it is not a function, throws, returns something other than a {@link StateMachine}, or returns
 *   one that it returned before.
 */
export function makeMachine(make: unknown, source: string): StateMachine {
  checkArgument("makeMachine", "source", SOURCE, source);
  return machineOf(make, source);
}

/**
 * Checks that a user's function makes a new machine at each call, by calling it twice.
 *
 * @throws KontikiError as {@link makeMachine} does.
 */
export function checkMaker(make: unknown, source: string): void {
  checkArgument("checkMaker", "source", SOURCE, source);
  machineOf(make, source);
  machineOf(make, source);
}

function machineOf(make: unknown, source: string): StateMachine {
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
  const wrong = wrongNeeded(machine) ?? wrongOptional(machine as StateMachine);
  if (wrong !== undefined) throw new KontikiError(`${source}: ${wrong}`);
  const same = sameAgain(machine as StateMachine);
  if (same !== undefined) throw new KontikiError(`${source}: ${same}`);
  return machine as StateMachine;
}

/** All machines that were made here: nodes that share one would apply each command several times. */
const made = new WeakSet<StateMachine>();

function sameAgain(machine: StateMachine): string | undefined {
  if (!made.has(machine)) {
    made.add(machine);
    return undefined;
  }
  const name = machine.constructor?.name ?? "";
  return name === "" || name === "Object"
    ? "it returned the same machine twice: each node needs its own, so make a new one at each call"
    : `it returned the same ${name} twice: each node needs its own, so use () => new ${name}()`;
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

/** What each machine must have. */
const NEEDED = ["apply", "snapshot", "restore"] as const;

/** What is wrong with the needed parts of a machine. */
function wrongNeeded(machine: unknown): string | undefined {
  if (typeof machine !== "object" || machine === null)
    return `it returned ${shown(machine)}: let it return a machine, with ${NEEDED.join(", ")}`;
  const missing = NEEDED.filter((name) => typeof Reflect.get(machine, name) !== "function");
  if (missing.length === 0) return undefined;
  return `what it returns has no function ${missing.join(", ")}: a machine needs ${NEEDED.join(", ")}`;
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
