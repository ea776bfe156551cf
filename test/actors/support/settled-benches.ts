/** A node that leads, and one that follows, with nothing under way. */
import type { Config } from "@kontiki/core";
import { bench, leadingBench, n2, raft, turn, type Bench, type Given } from "./actors.ts";
import { appendAccepted, appendEntries } from "../../core/support/core.ts";

/** Leads term 1; n2 holds the no-op, and it is committed. */
export function establishedBench(given: Partial<Config> & Given = {}): Bench {
  const at = leadingBench(given);
  turn(at, raft(n2, appendAccepted(1, 0)));
  turn(at, raft(n2, appendAccepted(1, 1)));
  return at;
}

/** Follows n2 in term 1. */
export function followingBench(): Bench {
  const at = bench();
  turn(at, raft(n2, appendEntries(1)));
  return at;
}
