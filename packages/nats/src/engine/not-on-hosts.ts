import { KontikiError } from "@kontiki/actors";
import type { FaultType } from "@kontiki/testing";

const FIXED = "the engine has a process for each of the first nodes, and starts no others";

/** The kinds of faults that cannot be done on several hosts, and why. All others can. */
export const NOT_ON_HOSTS: Readonly<Partial<Record<FaultType, string>>> = {
  wipe: "a wiped disk needs a change of members, and the engine has those that it started with",
  add: FIXED,
  remove: FIXED,
  replace: FIXED,
  addLearner: FIXED,
  promote: FIXED,
  grow: FIXED,
  shrink: FIXED,
  reshape: FIXED,
};

/** Says that a fault is not possible, and why. */
export function notPossible(type: FaultType): KontikiError {
  return new KontikiError(`${type} is not possible: ${NOT_ON_HOSTS[type] ?? ""}`);
}
