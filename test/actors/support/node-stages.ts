/** Nodes under their runner that follow or lead, and what they report when a disk fails. */
import type { Condition } from "../../../packages/actors/src/mail/status.ts";
import { bench, n2, n3, opening, proposal, raft, type Bench } from "./actors.ts";
import { appendAccepted, appendEntries, noop, voteReply } from "../../core/support/core.ts";
import { RunnerStage, settled } from "./runner-stage.ts";

/** A report of what is wrong with a node; undefined when that is over. */
export const trouble = (what: string | undefined, condition?: Condition, term = 1): unknown => ({
  type: "trouble",
  what,
  condition,
  term,
});

export const diskTrouble = (what: string): unknown => trouble(what, "disk failed");

/** Follows n2 in term 1; its notices are already read. */
export function following(at: Bench = bench()): RunnerStage {
  const stage = new RunnerStage(at);
  stage.turn(raft(n2, appendEntries(1)));
  stage.told();
  return stage;
}

/** Leads term 1, with an open session; its notices are already read. */
export function leading(at: Bench = bench()): RunnerStage {
  const stage = new RunnerStage(at);
  stage.clock.advance(450);
  stage.turn(raft(n2, voteReply(1, true)));
  stage.turn(raft(n2, appendAccepted(1, 0)), raft(n3, appendAccepted(1, 0)));
  stage.turn(raft(n2, appendAccepted(1, 1)), proposal(0, opening()));
  stage.turn(raft(n2, appendAccepted(1, 2)), raft(n3, appendAccepted(1, 2)));
  stage.told();
  return stage;
}

/** Time passes until the disk is opened again, and the consequences happen. */
export async function pass(stage: RunnerStage, ms: number): Promise<void> {
  stage.clock.advance(ms);
  await settled();
}

/** The first two entries, from the leader of term 1. */
export const ENTRIES = { ...appendEntries(1), entries: [noop(1, 1), noop(2, 1)] };
