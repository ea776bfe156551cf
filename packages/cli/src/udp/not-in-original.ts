import { AssertionError } from "@kontiki/core";

/**
 * Ends where the core would do what no cluster of the original leads to. Its wire has no question before an election, no
 * snapshot, no read and no transfer of the lead, nobody asks for another membership, and nobody says that a node is down.
 */
export function notInOriginal(what: string): never {
  throw new AssertionError(`the original has no ${what}`);
}
