/**
 * Anything that may happen to server `a` of a small cluster, including what no server would send and no runtime would
 * report.
 */
import {
  index,
  initialMembership,
  minIndex,
  membershipOf,
  previousIndex,
  uidOf,
  type Change,
  type Entry,
  type Env,
  type Event,
  type LogView,
  type Membership,
  type Snapshot,
  type State,
} from "@kontiki/core";
import fc from "fast-check";
import {
  a,
  appendAccepted,
  appendEntries,
  appendRejected,
  b,
  c,
  chunkReply,
  d,
  durable,
  e,
  electionTimeout,
  entry,
  from,
  heartbeatTimeout,
  membershipEntry,
  noop,
  preVoteReply,
  propose,
  readReply,
  readRequest,
  rejoin,
  replicate,
  requestPreVote,
  requestVote,
  snapshotChunk,
  snapshotOf,
  timeoutNow,
  voteReply,
  type Command,
} from "./core.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

/** Mostly small, so that values collide; sometimes as large as possible. */
const number = (max: number) =>
  fc.oneof(
    { weight: 40, arbitrary: fc.nat({ max }) },
    { weight: 1, arbitrary: fc.constantFrom(LARGEST, LARGEST - 1) },
  );
const anyTerm = number(5);
const anyIndex = number(6);
const anyRound = number(4);
const anyNode = fc.constantFrom(b, b, b, b, c, c, c, d, d, a, e);
/** Mostly the disk that the cluster began with. */
export const anyUid = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat({ max: 2 }) },
);

/** Terms that never decrease, as in any log. */
export const anyLog = fc
  .array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 })
  .map((terms) => terms.toSorted((x, y) => x - y));

const three = initialMembership([a, b, c]);

/** Mostly that of three voters; else some that are valid, and some that are not. */
export const anyMembership: fc.Arbitrary<Membership> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(three) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Membership>(
      initialMembership([a]),
      initialMembership([b, c]),
      { ...three, learners: [d], promotions: [{ node: d, replaces: undefined }] },
      { ...three, learners: [d], promotions: [{ node: d, replaces: a }] },
      { ...three, voters: [a, d], outgoing: [a, b, c], learnersNext: [b] },
      { ...three, voters: [b, c], outgoing: [a, b] },
      { ...three, voters: [b, c], learners: [a], uids: { [a]: 1 }, lastUid: 1 },
      { ...three, uids: { [b]: 2, [a]: 1 }, lastUid: 2 },
      { ...three, voters: [] },
      { ...three, learners: [a, e], promotions: [{ node: b, replaces: b }] },
    ),
  },
);

export const anySnapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    at: fc.oneof({ weight: 20, arbitrary: fc.nat({ max: 7 }) }, fc.constant(LARGEST - 9)),
    inTerm: anyTerm,
    size: fc.nat({ max: 4 }),
    checksum: fc.nat({ max: 1 }),
    membership: anyMembership,
  })
  .map(({ at, inTerm, ...rest }) => snapshotOf(at, inTerm, rest));

type Content = Entry<Command>["type"];

/** Entries of these terms, mostly commands. */
const contentOf = (
  terms: readonly number[],
  start: number,
  kinds: readonly Content[],
  membership: Membership,
) =>
  terms.map((inTerm, offset) => {
    const at = start + offset;
    const kind = kinds[offset] ?? "command";
    if (kind === "noop") return noop(at, inTerm);
    return kind === "membership" ? membershipEntry(at, inTerm, membership) : entry(at, inTerm);
  });

const anyAppendEntries = fc
  .record({
    inTerm: anyTerm,
    after: fc.tuple(anyIndex, anyTerm),
    terms: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
    kinds: fc.array(fc.constantFrom<Content>("command", "command", "noop", "membership"), {
      maxLength: 4,
    }),
    membership: anyMembership,
    sorted: fc.boolean(),
    gap: fc.constantFrom(0, 0, 0, 0, 0, 1, -1),
    commit: anyIndex,
    round: anyRound,
  })
  .filter(({ after: [prevIndex] }) => prevIndex < LARGEST - 9)
  .map(({ inTerm, after, terms, kinds, membership, sorted, gap, commit, round }) => {
    const content = sorted ? terms.toSorted((x, y) => x - y) : terms;
    const start = Math.max(after[0] + 1 + gap, 1);
    const brought = contentOf(content, start, kinds, membership);
    return appendEntries(inTerm, { after, entries: brought, commit, round });
  });

const anyRequestVote = fc
  .record({ inTerm: anyTerm, lastIndex: anyIndex, lastTerm: anyTerm, transfer: fc.boolean() })
  .map(({ inTerm, ...last }) => requestVote(inTerm, last));

const anyRequestPreVote = fc
  .record({ inTerm: anyTerm, lastIndex: anyIndex, lastTerm: anyTerm })
  .map(({ inTerm, ...last }) => requestPreVote(inTerm, last));

const anyAppendRejected = fc
  .record({
    inTerm: anyTerm,
    prevIndex: anyIndex,
    conflictIndex: anyIndex,
    conflictTerm: fc.option(anyTerm, { nil: undefined }),
    round: anyRound,
  })
  .map(({ inTerm, conflictTerm, ...hint }) =>
    appendRejected(inTerm, conflictTerm === undefined ? hint : { ...hint, conflictTerm }),
  );

const anyChunk = fc
  .record({
    inTerm: anyTerm,
    snapshot: anySnapshot,
    offset: fc.nat({ max: 4 }),
    bytes: fc.array(fc.nat({ max: 255 }), { maxLength: 4 }),
  })
  .map(({ inTerm, snapshot, ...part }) => snapshotChunk(inTerm, snapshot, part));

const anyMessage = fc.oneof(
  { weight: 2, arbitrary: anyRequestVote },
  { weight: 2, arbitrary: fc.tuple(anyTerm, fc.boolean()).map((given) => voteReply(...given)) },
  { weight: 1, arbitrary: anyRequestPreVote },
  { weight: 2, arbitrary: fc.tuple(anyTerm, fc.boolean()).map((given) => preVoteReply(...given)) },
  { weight: 4, arbitrary: anyAppendEntries },
  {
    weight: 3,
    arbitrary: fc.tuple(anyTerm, anyIndex, anyRound).map((given) => appendAccepted(...given)),
  },
  { weight: 3, arbitrary: anyAppendRejected },
  { weight: 3, arbitrary: anyChunk },
  {
    weight: 2,
    arbitrary: fc
      .tuple(anyTerm, anySnapshot, fc.nat({ max: 5 }))
      .map((given) => chunkReply(...given)),
  },
  { weight: 1, arbitrary: anyTerm.map(timeoutNow) },
  {
    weight: 1,
    arbitrary: fc.tuple(anyTerm, fc.nat({ max: 3 })).map((given) => readRequest(...given)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(anyTerm, fc.nat({ max: 3 }), anyIndex).map((given) => readReply(...given)),
  },
  { weight: 1, arbitrary: anyTerm.map(rejoin) },
);

const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ type: fc.constant("addVoter"), node: anyNode, uid: anyUid }),
  fc.record({
    type: fc.constant("addLearner"),
    node: anyNode,
    uid: anyUid,
    promote: fc.boolean(),
    replaces: fc.option(anyNode, { nil: undefined }),
  }),
  fc.record({ type: fc.constant("remove"), node: anyNode }),
);

const aboutSnapshot = fc.record({
  type: fc.constantFrom("snapshotTaken", "snapshotReceived", "snapshotBroken", "snapshotGone"),
  snapshot: anySnapshot,
});

const anyOther: fc.Arbitrary<Event<Command>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(electionTimeout) },
  { weight: 1, arbitrary: fc.constant({ type: "leaderSilent" } as const) },
  { weight: 3, arbitrary: fc.constant(heartbeatTimeout) },
  { weight: 4, arbitrary: fc.constant(replicate) },
  {
    weight: 3,
    arbitrary: fc.array(fc.constant("x"), { maxLength: 3 }).map((all) => propose(...all)),
  },
  { weight: 3, arbitrary: fc.tuple(anyIndex, anyTerm).map((given) => durable(...given)) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("read"),
      id: fc.nat({ max: 3 }),
      leased: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("changeMembership"),
      changes: fc.array(anyChange, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("transfer"),
      target: fc.option(anyNode, { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: anyNode.map((node) => ({ type: "peerDown", node }) as const) },
  { weight: 3, arbitrary: aboutSnapshot },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 1, 2, -1, 0.5, Number.NaN).map((keptEntries) => ({
      type: "compact" as const,
      keptEntries,
    })),
  },
);

/** An event, and whether it is adapted to the state that it meets. */
export type Meant = { readonly event: Event<Command>; readonly near: boolean };

export const anyMeant: fc.Arbitrary<Meant> = fc.record({
  event: fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .record({ sender: anyNode, message: anyMessage, fromUid: anyUid, toUid: anyUid })
        .map(({ sender, message, ...uids }) => from(sender, message, uids)),
    },
    { weight: 2, arbitrary: anyOther },
  ),
  near: fc.constantFrom(true, true, true, false),
});

const near = (event: Event<Command>): Meant => ({ event, near: true });

/**
 * Makes most servers leaders, and most leaders commit an entry of their term: otherwise most of a run would be useless.
 */
export const CROWNING: readonly Meant[] = [
  near(electionTimeout),
  ...[b, c].map((voter) => near(from(voter, preVoteReply(0, true)))),
  ...[b, c].map((voter) => near(from(voter, voteReply(0, true)))),
  ...[7, 6, 5, 4, 3, 2, 1].map((at) => near(durable(at, 0))),
  near(from(b, appendAccepted(0, 7, 1))),
];

/**
 * Among arbitrary events one that fits the state is rare: here terms follow the server's, and events about snapshots
 * name the one that it knows.
 */
export function meet(env: Env<Command>, state: State, { event, near }: Meant): Event<Command> {
  const {
    config: { uid },
    log,
  } = env;
  if (!near) return event;
  switch (event.type) {
    case "message":
      return {
        ...event,
        fromUid: uidOf(membershipOf(env, state), event.from),
        toUid: uid,
        message: messageAt(log, state, event),
      };
    case "durable":
      return { ...event, term: log.termAt(event.index) ?? state.term };
    case "snapshotTaken":
      return { ...event, snapshot: { ...event.snapshot, index: state.commit } };
    case "snapshotReceived":
    case "snapshotBroken":
      return { ...event, snapshot: receivedBy(state) ?? event.snapshot };
    case "snapshotGone":
      return { ...event, snapshot: state.snapshot ?? event.snapshot };
    default:
      return event;
  }
}

type Received = Event<Command> & { readonly type: "message" };

function messageAt(log: LogView<Command>, state: State, { from: sender, message }: Received) {
  const { term, role } = state;
  switch (message.type) {
    case "requestPreVote":
    case "preVoteReply":
      return term < LARGEST ? { ...message, term: (term + 1) as typeof term } : message;
    case "snapshotChunk": {
      const receiving = role.type === "follower" ? role.receiving : undefined;
      if (receiving === undefined) return { ...message, term, offset: 0 };
      return { ...message, term, snapshot: receiving.snapshot, offset: receiving.received };
    }
    case "chunkReply": {
      const known = sentBy(state);
      if (known === undefined) return { ...message, term };
      return { ...message, term, index: known.index, checksum: known.checksum };
    }
    case "appendEntries":
      return { ...message, term, prevTerm: log.termAt(message.prevIndex) ?? message.prevTerm };
    case "appendRejected": {
      const asked = role.type === "leader" ? role.progress[sender]?.next : undefined;
      return { ...message, term, prevIndex: previousIndex(asked ?? index(1)) };
    }
    case "appendAccepted":
      return { ...message, term, match: minIndex(message.match, log.lastIndex) };
    default:
      return { ...message, term };
  }
}

function receivedBy({ role }: State): Snapshot | undefined {
  return role.type === "follower" ? role.receiving?.snapshot : undefined;
}

/** A snapshot that is being sent to a follower. */
function sentBy({ role }: State): Snapshot | undefined {
  if (role.type !== "leader") return undefined;
  const sending = Object.values(role.progress).find(({ type }) => type === "snapshot");
  return sending?.type === "snapshot" ? sending.snapshot : undefined;
}
