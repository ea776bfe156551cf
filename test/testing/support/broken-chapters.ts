/** The core with one rule broken, of those that the dissertation adds to elections and replication. */
import { step } from "@kontiki/core";
import type { StepFunction } from "@kontiki/testing";
import { on } from "./broken-steps.ts";

/** A leader lets a read be confirmed by a round that began before the read arrived (dissertation 6.4). */
export const confirmsByEarlierRound: StepFunction = (env, state, event) => {
  const next = step(env, state, event);
  const { role } = next.state;
  const known = state.role.type === "leader" ? state.role.reads.length : 0;
  if (role.type !== "leader" || role.reads.length === known) return next;
  const reads = role.reads.map((read, at) =>
    at < known ? read : { ...read, round: read.round - 1 },
  );
  return { ...next, state: { ...next.state, role: { ...role, reads } } };
};

/** A follower answers reads as of what it knows itself. */
export const readsAlone: StepFunction = (env, state, event) =>
  event.type === "read" && state.role.type === "follower"
    ? { state, effects: [{ type: "readReady", id: event.id, index: state.commit }] }
    : step(env, state, event);

/** A leader uses its lease before it has committed an entry of its own term (dissertation 6.4, step 1). */
export const leasesBeforeItsFirstCommit: StepFunction = (env, state, event) =>
  event.type === "read" && event.leased
    ? { state, effects: [{ type: "readReady", id: event.id, index: state.commit }] }
    : step(env, state, event);

/** A server votes although it hears a leader, which relies on that vote for its lease (dissertation 6.4.1). */
export const votesWhileItHearsALeader = on("requestVote", (env, state, event) => {
  const { role } = state;
  const deaf = role.type === "follower" ? { ...role, leader: undefined, heard: false } : role;
  return step(env, { ...state, role: deaf }, event);
});

/** A restarted server votes at once, although it may have answered a leader right before its crash. */
export const votesRightAfterItsRestart = on("requestVote", (env, state, event) => {
  const { role } = state;
  const isFresh = role.type === "follower" && role.leader === undefined;
  return step(env, isFresh ? { ...state, role: { ...role, heard: false } } : state, event);
});
