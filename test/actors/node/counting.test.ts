/** What a node counts: turns and syncs in its runner, elections and leaders from its steps. */
import {
  makeConfig,
  restore,
  MemoryLog,
  step,
  type Event,
  type Message,
  type NodeId,
} from "@kontiki/core";
import { expect, test } from "vitest";
import { NodeCounters } from "../../../packages/actors/src/metrics/node-counters.ts";
import { countingSteps } from "../../../packages/actors/src/node/step-observer.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import { appendEntries, voteReply } from "../../core/support/core.ts";
import { bench, commandOf, n1, n2, n3, proposal, raft, recovered } from "../support/actors.ts";
import { RunnerStage, syncSlowly } from "../support/runner-stage.ts";

/** The counts after a node has taken these steps. */
function counted(voters: readonly NodeId[], ...events: readonly Event<CommandBytes>[]): object {
  const config = makeConfig({ id: n1, voters, preVote: false });
  const { hard, base, entries } = recovered();
  const log = new MemoryLog<CommandBytes>((command) => command.length, entries, base);
  const counters = new NodeCounters();
  const count = countingSteps(config, counters);
  let state = restore(hard, log, {});
  for (const event of events) {
    const next = step({ config, log }, state, event);
    for (const effect of next.effects) if (effect.type === "appendLog") log.append(effect.entries);
    count(event, state, next.state, next.effects);
    state = next.state;
  }
  const { elections, leaderChanges } = counters.read();
  return { elections, leaderChanges };
}

const timeout = { type: "electionTimeout" } as const;
/** A message of the core's tests has no entries here, so it fits any log. */
function from(node: NodeId, message: unknown): Event<CommandBytes> {
  const said = message as Message<CommandBytes>;
  return { type: "message", from: node, fromUid: 0, toUid: 0, message: said };
}

test("each term in which a node stands is an election, won or not", () => {
  const trio = [n1, n2, n3];
  expect(counted(trio)).toEqual({ elections: 0, leaderChanges: 0 });
  expect(counted(trio, timeout)).toEqual({ elections: 1, leaderChanges: 0 });
  expect(counted(trio, timeout, timeout)).toEqual({ elections: 2, leaderChanges: 0 });
  const vote = from(n2, voteReply(1, true));
  expect(counted(trio, timeout, vote)).toEqual({ elections: 1, leaderChanges: 1 });
});

test("a node that is alone stands and leads in one step", () => {
  expect(counted([n1], timeout)).toEqual({ elections: 1, leaderChanges: 1 });
});

test("a leader that is new to a follower counts once, and again in a new term", () => {
  const heard = (node: NodeId, term: number): Event<CommandBytes> =>
    from(node, appendEntries(term));
  const trio = [n1, n2, n3];
  expect(counted(trio, heard(n2, 1), heard(n2, 1))).toEqual({ elections: 0, leaderChanges: 1 });
  expect(counted(trio, heard(n2, 1), heard(n3, 2))).toEqual({ elections: 0, leaderChanges: 2 });
  expect(counted(trio, heard(n2, 1), heard(n2, 2))).toEqual({ elections: 0, leaderChanges: 2 });
});

test("a runner counts each turn, and each sync that had something to make durable", () => {
  const counters = new NodeCounters();
  const at = bench({ disk: recovered({ term: 1 }) });
  const stage = new RunnerStage(at, undefined, counters);
  const figures = (): object => {
    const { turns, syncs } = counters.read();
    return { turns: turns.count, syncs: syncs.count, syncSum: syncs.sum, turnSum: turns.sum };
  };
  expect(figures()).toEqual({ turns: 1, syncs: 0, syncSum: 0, turnSum: 0 });
  syncSlowly(at, stage, 4);
  stage.turn(raft(n2, appendEntries(2)));
  expect(figures()).toEqual({ turns: 2, syncs: 1, syncSum: 0.004, turnSum: 0.004 });
  // Refused, so nothing is written.
  stage.turn(proposal(1, commandOf(7, 1)));
  expect(figures()).toEqual({ turns: 3, syncs: 1, syncSum: 0.004, turnSum: 0.004 });
});
