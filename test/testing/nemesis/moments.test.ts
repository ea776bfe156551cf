import { index, step, type Event, type NodeId, type State } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import type { CoreStep } from "../../../packages/testing/src/engine/observer.ts";
import { subjectOf } from "../../../packages/testing/src/nemesis/subject-of.ts";
import {
  MOMENT_NAMES,
  momentFacts,
  type FaultMoment,
} from "../../../packages/testing/src/scenario/faults/moments.ts";
import type { FaultAction } from "../../../packages/testing/src/scenario/fault.ts";
import {
  a,
  appendEntries,
  b,
  c,
  candidate,
  chunkReply,
  d,
  electionTimeout,
  entries,
  env,
  follower,
  from,
  leader,
  probe,
  propose,
  replicate,
  replicating,
  snapshotChunk,
  snapshotOf,
  voteReply,
  type Command,
  type TestEnv,
} from "../../core/support/core.ts";
import { addVoter, change } from "../../core/support/membership.ts";
import { NemesisStage } from "../support/nemesis-stage.ts";

const one = env({ log: [1] });
const snapshot = snapshotOf(5, 1);

const compacted = env({ log: [1, 1] });
compacted.log.compact(index(1));
const progress = { b: probe(1), c: probe(2) };

function leading(more: Partial<Parameters<typeof leader>[0]> = {}): State {
  const steady = { b: replicating(2), c: probe(2) };
  return leader({ term: 1, commit: 1, durable: 1, progress: steady, ...more });
}

function made(at: TestEnv, before: State, event: Event<Command>): CoreStep {
  const { state: after, effects } = step(at, before, event);
  return { node: at.config.id, event, before, after, effects } as unknown as CoreStep;
}

const horizon = { index: 3, term: 1 } as unknown as NonNullable<State["horizon"]>;
const lost = follower({
  term: 1,
  horizon,
  repair: { proven: 0, answers: {}, without: [], tried: [] },
} as never);

/** For each moment the node that it is about, a step that is such a moment, and one that barely is not. */
const STEPS: Readonly<Record<FaultMoment, readonly [NodeId, CoreStep, CoreStep]>> = {
  elected: [
    a,
    made(one, candidate({ term: 2 }), from(b, voteReply(2, true))),
    made(one, candidate({ term: 2 }), from(b, voteReply(2, false))),
  ],
  proposed: [
    a,
    made(one, leading(), propose("x")),
    made(one, follower({ term: 1, leader: b }), propose("x")),
  ],
  stands: [
    a,
    made(one, follower({ term: 1 }), electionTimeout),
    made(env({ log: [1], preVote: true }), follower({ term: 1 }), electionTimeout),
  ],
  transfers: [
    b,
    made(one, leading(), { type: "transfer", target: b }),
    made(one, leading(), { type: "transfer", target: d }),
  ],
  sends: [
    a,
    made(compacted, leading({ snapshot: snapshotOf(1, 1), progress }), replicate),
    made(one, leading({ progress }), replicate),
  ],
  receives: [
    a,
    made(env(), follower({ term: 1, leader: b }), part(0)),
    made(env(), follower({ term: 1, leader: b }), part(4)),
  ],
  changes: [
    a,
    made(one, leading(), change(addVoter(d))),
    made(one, leading({ transfer: { target: b, beats: 0, told: false } }), change(addVoter(d))),
  ],
  cuts: [
    a,
    made(
      one,
      follower({ term: 2, leader: b }),
      from(b, appendEntries(2, { entries: entries([2]) })),
    ),
    made(
      one,
      follower({ term: 2, leader: b }),
      from(b, appendEntries(2, { entries: entries([1]) })),
    ),
  ],
  repairs: [
    a,
    made(env({ log: [1], fetch: true }), lost, electionTimeout),
    made(env({ log: [1], fetch: false }), lost, electionTimeout),
  ],
};

function part(offset: number): Event<Command> {
  return from(b, snapshotChunk(1, snapshot, { offset, bytes: [1, 1] }));
}

describe("the node that a moment is about", () => {
  test.each(MOMENT_NAMES)("%s", (moment) => {
    const [subject, met, missed] = STEPS[moment];
    expect([subjectOf(moment, met), subjectOf(moment, missed)]).toEqual([subject, undefined]);
  });

  test("a step without any of them", () => {
    const nothing = made(one, leading(), from(c, chunkReply(1, snapshot, 1)));
    expect(MOMENT_NAMES.filter((moment) => subjectOf(moment, nothing) !== undefined)).toEqual([]);
  });
});

describe("a fault that waits", () => {
  const CRASH: FaultAction = { type: "crash", node: "subject", downMs: 1000 };
  const PROPOSED = STEPS.proposed[1];
  const at = (node: string): CoreStep => ({ ...PROPOSED, node }) as CoreStep;

  /** What a crash of the subject does that waits for a leader with new commands. */
  function waiting(forMs?: number): NemesisStage {
    const stage = new NemesisStage(3);
    stage.perform(CRASH, forMs, "proposed");
    return stage;
  }

  test("begins at its moment, at the node that this is about, after the event and not within it", () => {
    const stage = waiting();
    stage.target.timeline.advance(100);
    expect(stage.target.take()).toEqual([]);
    stage.nemesis.onStep(STEPS.elected[1]);
    stage.nemesis.onStep(at("n2"));
    expect(stage.target.take()).toEqual([]);
    stage.target.timeline.advance(20);
    expect(stage.target.take().map((line) => line.replace(/^\d+ /, ""))).toEqual([
      "crash began: n2",
      "crash n2: it crashes",
    ]);
    stage.nemesis.onStep(at("n3"));
    stage.target.timeline.advance(20);
    expect(stage.target.take()).toEqual([]);
  });

  test("begins at any node if its moment does not come in time", () => {
    const stage = waiting();
    stage.target.timeline.advance(momentFacts("proposed").patienceMs);
    expect(stage.target.take()[0]).toMatch(/^300 crash began: n[123]$/);
    stage.nemesis.onStep(at("n2"));
    stage.target.timeline.advance(20);
    expect(stage.target.take()).toEqual([]);
  });

  test("does not begin once all faults have ended, though its moment came just before", () => {
    const stage = waiting();
    stage.nemesis.onStep(at("n2"));
    stage.nemesis.endAll();
    stage.target.timeline.advance(1000);
    expect(stage.target.take()).toEqual(["0 crash skipped: its moment did not come"]);
  });
});
