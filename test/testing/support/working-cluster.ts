/** A cluster that works, under the claims of safety, and what may happen to one of its disks. */
import { nodeId, term } from "@kontiki/core";
import type { Recovered } from "@kontiki/actors/node";
import { Safety } from "../../../packages/testing/src/claims/safety.ts";
import { command, Stage, VOTERS } from "./stage.ts";

export const one = command(1, 1);
export const two = command(2, 1);
export const voted = { term: term(1), votedFor: nodeId("n1") };

/** n1 leads term 1, and entries 1 and 2 are on all disks. */
export function working(): Stage<Safety> {
  const stage = new Stage((report) => new Safety(VOTERS, report));
  stage.startAll();
  stage.elects("n1", 1, ["n2", "n3"]);
  for (const node of VOTERS) stage.writes(node, one, two);
  for (const node of VOTERS) stage.commits(node, 2);
  return stage;
}

/** What n2 of that cluster has on its disk. */
export const WHOLE: Partial<Recovered> = { hard: voted, entries: [one, two] };

/** n2 ends, and starts from what is found. */
export function restarted(stage: Stage<Safety>, found: Partial<Recovered>): readonly string[] {
  stage.ends("n2");
  stage.start("n2", found);
  return stage.reports;
}

/** A vote, for whoever receives this. */
export const granted = (inTerm: number) =>
  ({ type: "voteReply", term: term(inTerm), granted: true }) as const;
