import type { StateMachine } from "./state-machine.ts";

/**
 * Restores the whole state of a machine.
 *
 * @throws TypeError when `restore` returns a promise: what is applied next would meet the old state.
 */
export function restoreNow(machine: StateMachine, state: unknown): void {
  checkDone("restore", machine.restore(state));
}

/**
 * Restores a machine from the parts of its state.
 *
 * @throws TypeError when `restoreParts` returns a promise.
 */
export function restorePartsNow(machine: StateMachine, parts: Iterable<unknown>): void {
  checkDone("restoreParts", machine.restoreParts?.(parts));
}

function checkDone(call: string, given: unknown): void {
  if (!(given instanceof Promise)) return;
  // An unhandled rejection would end the process.
  given.catch(() => undefined);
  throw new TypeError(`${call} returned a Promise: it must be done when it returns`);
}
