import { AssertionError } from "@kontiki/core";

/**
 * Fails where the core would do something that no cluster of the original can cause. The original's wire has no pre-vote,
 * no snapshots, no reads, no leadership transfer, no membership changes, and no reports that a node is down.
 */
export function notInOriginal(what: string): never {
  throw new AssertionError(`the original has no ${what}`);
}
