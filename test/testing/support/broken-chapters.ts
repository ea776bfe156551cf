/** The core with one rule broken, of those that the dissertation adds to elections and replication. */
import {
  isJoint,
  membershipOf,
  quorumIndex,
  step,
  type Effect,
  type Event,
  type Index,
  type Leader,
  type NodeId,
  type Snapshot,
  type InForce,
  type Step,
} from "@kontiki/core";
import type { StepFunction } from "@kontiki/testing";
import { on, withSent } from "./broken-steps.ts";

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

/** While the membership is joint, half of an even outgoing half decides with a majority of the other half (§6). */
export const halfOfTheOutgoingHalfDecides = on("appendAccepted", (env, state, event) => {
  const next = step(env, state, event);
  const { role, durable, commit, term } = next.state;
  const membership = membershipOf(env, next.state);
  if (role.type !== "leader" || !isJoint(membership)) return next;
  const heldBy = (node: NodeId): Index =>
    node === env.config.id ? durable : (role.progress[node]?.match ?? (0 as Index));
  const outgoing = membership.outgoing.map(heldBy).toSorted((one, other) => other - one);
  const ofHalf = outgoing[Math.ceil(outgoing.length / 2) - 1] ?? (0 as Index);
  const held = Math.min(ofHalf, quorumIndex(membership.voters, heldBy)) as Index;
  if (held <= commit || env.log.termAt(held) !== term) return next;
  return {
    state: { ...next.state, commit: held },
    effects: [...next.effects, { type: "commit", upTo: held }],
  };
});

/** A candidate counts votes by the last committed membership, not by the last one of its log (dissertation 4.1). */
export const countsByTheCommittedMembership = on("voteReply", (env, state, event) => {
  const { memberships, commit } = state;
  const committed = memberships.filter(({ index }) => index <= commit);
  const next = step(env, { ...state, memberships: committed }, event);
  return { ...next, state: { ...next.state, memberships } };
});

/** A membership stays in force although its entry was cut from the log (dissertation 4.1). */
export const keepsACutMembership = on("appendEntries", (env, state, event) => {
  const next = step(env, state, event);
  const isCut = next.effects.some(({ type }) => type === "truncateLog");
  return isCut ? { ...next, state: { ...next.state, memberships: state.memberships } } : next;
});

/** A leader changes the membership before it has committed an entry of its term (the 2015 correction of 4.1). */
export const changesBeforeItsFirstCommit: StepFunction = (env, state, event) => {
  if (event.type !== "changeMembership") return step(env, state, event);
  const { log } = env;
  const trusting = {
    firstIndex: log.firstIndex,
    lastIndex: log.lastIndex,
    termAt: (at: Index) => (at === state.commit ? state.term : log.termAt(at)),
    slice: log.slice.bind(log),
    bytesBetween: log.bytesBetween.bind(log),
  };
  return step({ ...env, log: trusting }, state, event);
};

/** A leader changes two voters at once without a joint membership (dissertation 4.3). */
export const skipsTheJointMembership: StepFunction = (env, state, event) => {
  const next = step(env, state, event);
  if (event.type !== "changeMembership") return next;
  const direct = (of: InForce): InForce => ({
    ...of,
    membership: { ...of.membership, outgoing: [], learnersNext: [] },
  });
  return withMemberships(next, direct);
};

/** The step with every membership changed, in the state and in what it appends. */
function withMemberships<C>(
  { state, effects }: Step<C>,
  change: (of: InForce) => InForce,
): Step<C> {
  return {
    state: { ...state, memberships: state.memberships.map(change) },
    effects: effects.map((effect): Effect<C> =>
      effect.type === "appendLog"
        ? {
            ...effect,
            entries: effect.entries.map((entry) =>
              entry.type === "membership" ? { ...entry, ...change(entry) } : entry,
            ),
          }
        : effect,
    ),
  };
}

/** The core with a leader that handles some events as if it did not hand over leadership. */
function withoutTransfer(types: readonly string[]): StepFunction {
  return (env, state, event) => {
    const { role } = state;
    if (role.type !== "leader" || !types.includes(event.type)) return step(env, state, event);
    const { transfer, leaseGivenUp } = role;
    const alone: Leader = { ...role, transfer: undefined, leaseGivenUp: false };
    const next = step(env, { ...state, role: alone }, event);
    if (next.state.role.type !== "leader") return next;
    return {
      ...next,
      state: { ...next.state, role: { ...next.state.role, transfer, leaseGivenUp } },
    };
  };
}

/** A leader takes proposals while it hands over leadership (dissertation 3.10). */
export const takesProposalsInAHandOver = withoutTransfer(["propose"]);

/** A leader keeps its lease after it told another server to stand for election (dissertation 6.4.1). */
export const keepsItsLeaseInAHandOver = withoutTransfer(["read"]);

/** A server treats the death of any other as the death of its leader. */
export const mournsAnyone: StepFunction = (env, state, event) => {
  const { role } = state;
  if (event.type !== "peerDown" || role.type !== "follower" || role.leader === undefined)
    return step(env, state, event);
  return step(env, state, { type: "peerDown", node: role.leader });
};

/** A server forgets its vote when the leader of its term is dead. */
export const forgetsItsVoteWithItsLeader: StepFunction = (env, state, event) => {
  const next = step(env, state, event);
  return event.type === "peerDown"
    ? { ...next, state: { ...next.state, votedFor: undefined } }
    : next;
};

/** A candidate counts the promise of a vote as a vote (dissertation 9.6). */
export const countsPromises = on("preVoteReply", (env, state, event, message) => {
  if (state.role.type !== "candidate") return step(env, state, event);
  const { term, granted } = message;
  return step(env, state, { ...event, message: { type: "voteReply", term, granted } });
});

/** A server promises its vote to candidates that lack entries (dissertation 9.6). */
export const promisesWithoutLogCheck = on("requestPreVote", (env, state, event) =>
  withSent(step(env, state, event), (message) =>
    message.type === "preVoteReply" && !message.granted
      ? { ...message, term: event.message.term, granted: true }
      : message,
  ),
);

/** A received snapshot replaces the log although the log holds its last entry and more (paper, section 7). */
export const dropsALaterSuffix: StepFunction = (env, state, event) => {
  const snapshot = snapshotOf(event);
  if (snapshot === undefined) return step(env, state, event);
  const { log } = env;
  const { index } = snapshot;
  const forgetful = {
    firstIndex: log.firstIndex,
    lastIndex: log.lastIndex,
    termAt: (at: Index) => (at === index ? undefined : log.termAt(at)),
    slice: log.slice.bind(log),
    bytesBetween: log.bytesBetween.bind(log),
  };
  return step({ ...env, log: forgetful }, state, event);
};

function snapshotOf<C>(event: Event<C>): Snapshot | undefined {
  if (event.type === "snapshotReceived") return event.snapshot;
  const isChunk = event.type === "message" && event.message.type === "snapshotChunk";
  return isChunk ? event.message.snapshot : undefined;
}

/** A follower takes any part of a snapshot for the next one. */
export const takesPartsOutOfOrder = on("snapshotChunk", (env, state, event, message) => {
  const { role } = state;
  if (role.type !== "follower" || message.offset === 0) return step(env, state, event);
  const receiving = { snapshot: message.snapshot, received: message.offset };
  const led = { ...role, leader: event.from, heard: true, receiving };
  return step(env, { ...state, role: led }, event);
});

/** An installed snapshot brings no membership: the one before it stays in force. */
export const keepsTheMembershipBeforeASnapshot: StepFunction = (env, state, event) => {
  const next = step(env, state, event);
  const installs = next.effects.some(({ type }) => type === "installSnapshot");
  return installs ? { ...next, state: { ...next.state, memberships: state.memberships } } : next;
};

/** A server acknowledges a snapshot when its first part has arrived. */
export const acknowledgesTheFirstPart = on("snapshotChunk", (env, state, event) =>
  withSent(step(env, state, event), (message) =>
    message.type === "chunkReply"
      ? {
          type: "appendAccepted",
          term: message.term,
          match:
            event.message.type === "snapshotChunk" ? event.message.snapshot.index : message.index,
          round: 0,
        }
      : message,
  ),
);

/** A server treats messages from and for earlier disks like all others (dissertation 4.4 leaves this open). */
export const ignoresDisks: StepFunction = (env, state, event) =>
  event.type === "message"
    ? step({ ...env, config: { ...env.config, uid: 0 } }, state, { ...event, fromUid: 0, toUid: 0 })
    : step(env, state, event);

/** A server that has another disk keeps its vote when it rejoins. */
export const keepsItsVoteWithAnotherDisk: StepFunction = (env, state, event) => {
  const next = step(env, state, event);
  if (event.type !== "message" || event.message.type !== "rejoin") return next;
  const voting = (of: InForce): InForce => {
    const { learners, voters } = of.membership;
    const all = [...voters, ...learners];
    return { ...of, membership: { ...of.membership, voters: all, learners: [], promotions: [] } };
  };
  return withMemberships(next, voting);
};
