import { setFlagsFromString } from "node:v8";
import { compileFunction } from "node:vm";
import { step, type State } from "@kontiki/core";
import { expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  b,
  c,
  durable,
  electionTimeout,
  env,
  follower,
  from,
  heartbeatTimeout,
  performOn,
  propose,
  replicate,
  voteReply,
  type TestEnv,
} from "./support/core.ts";

setFlagsFromString("--allow-natives-syntax");
const haveOneClass = compileFunction("return %HaveSameMap(one, other)", ["one", "other"]) as (
  one: object,
  other: object,
) => boolean;

/** V8 changes a class a few times while it learns what its fields hold. */
const CLASSES_MAX = 6;

test("states have few hidden classes, however many steps they come from", () => {
  const made = env({ voters: [a, b, c] });
  const states: object[] = [];
  const leaders: object[] = [];
  const progresses: object[] = [];
  let state = follower();
  for (let turn = 0; turn < 200; turn += 1) {
    for (const event of lead(made, state)) {
      const next = step(made, state, event);
      performOn(made.log, next.effects);
      state = next.state;
      note(states, state);
      if (state.role.type !== "leader") continue;
      note(leaders, state.role);
      for (const progress of Object.values(state.role.progress)) note(progresses, progress);
    }
  }
  const counts = [states, leaders].map(({ length }) => length);
  expect(Math.max(...counts)).toBeLessThanOrEqual(CLASSES_MAX);
  // Those of a probe and of entries that are sent one after the other.
  expect(progresses.length).toBeLessThanOrEqual(2 * CLASSES_MAX);
});

function note(known: object[], one: object): void {
  if (!known.some((each) => haveOneClass(each, one))) known.push(one);
}

/** A lead of one entry, and the heartbeat of the next leader. */
function* lead({ log }: TestEnv, { term: before }: State) {
  const term = before + 1;
  yield electionTimeout;
  yield from(b, voteReply(term, true));
  yield propose("x");
  yield durable(log.lastIndex, term);
  yield replicate;
  yield from(c, appendAccepted(term, log.lastIndex - 1, 1));
  yield replicate;
  yield from(c, appendAccepted(term, log.lastIndex, 1));
  yield heartbeatTimeout;
  yield from(b, appendAccepted(term, log.lastIndex, 2));
  const last = log.lastIndex;
  yield from(b, appendEntries(term + 1, { after: [last, term], commit: last, round: 1 }));
}
