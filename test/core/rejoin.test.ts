/**
 * A server whose disk was wiped or exchanged is a different server with the same name: promises of the old disk neither
 * bind nor help it (dissertation 4.1, 11.7.2). Pitfalls 18, 19 and 27.
 */
import { index, initialMembership, step, term, type Event, type Membership } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import {
  a,
  appendAccepted,
  appendEntries,
  appendLog,
  appendRejected,
  b,
  c,
  candidate,
  commit,
  d,
  durable,
  e,
  electionTimeout,
  entries,
  env,
  follower,
  from,
  heartbeatTimeout,
  leader,
  preCandidate,
  probe,
  replicate,
  replicating,
  requestVote,
  resetElectionTimer,
  run,
  send,
  voteReply,
  type Command,
} from "./support/core.ts";
import {
  chunk,
  chunkReply,
  envAfter,
  inForce,
  membershipEntry,
  receiving,
  rejoin,
  sendChunk,
  sending,
  snapshot,
} from "./support/snapshots.ts";

/** `b` returned with disk 7: a learner that gets its vote back. */
const learns = {
  voters: [a, c],
  learners: [b],
  promotions: [{ node: b, replaces: undefined }],
  uids: { [b]: 7 },
  lastUid: 7,
};
const votesAgain = { voters: [a, c, b], uids: { [b]: 7 }, lastUid: 7 };

/** A leader of term 2 that has committed an entry of its term; `b` has answered with disk 0 until now. */
const setup = env({ log: [1, 2] });
const known = { b: replicating(3, { round: 4 }), c: replicating(3, { round: 4 }) };
const lead = (given: Partial<Parameters<typeof leader>[0]> = {}) =>
  leader({ term: 2, commit: 2, durable: 2, round: 4, progress: known, ...given });

const asksAgain = from(b, rejoin(2), { fromUid: 7 });
const demoted = lead({
  memberships: [inForce(3, learns)],
  progress: { b: probe(3), c: replicating(3, { round: 4 }) },
});

describe("a wiped server: messages for its old disk are ignored", () => {
  const wiped = env({ id: b, uid: 7 });
  const roles = [
    ["knows of no leader", follower()],
    ["has a leader itself", follower({ term: 5, leader: c })],
  ] as const;

  test.each(roles)(
    "entries and snapshots are answered with a request to rejoin (it %s)",
    (_title, state) => {
      for (const message of [
        appendEntries(2, { entries: entries([1, 2]) }),
        appendEntries(9),
        chunk(2, snapshot([9, 2]), 0),
      ])
        expect(step(wiped, state, from(a, message))).toEqual({
          state,
          effects: [send(a, { type: "rejoin", term: message.term })],
        });
    },
  );

  test("the request goes to the disk that the leader has", () => {
    expect(step(wiped, follower(), from(a, appendEntries(2), { fromUid: 3 })).effects).toEqual([
      send(a, rejoin(2), 3),
    ]);
  });

  test.each(roles)(
    "other messages get no answer and change no term: the old disk may have said otherwise (it %s)",
    (_title, state) => {
      for (const message of [
        requestVote(9, { lastIndex: 9, lastTerm: 9 }),
        requestVote(9, { lastIndex: 9, lastTerm: 9, transfer: true }),
        { ...requestVote(9), type: "requestPreVote" } as const,
        voteReply(9, true),
        appendAccepted(9, 0),
        { type: "timeoutNow", term: term(9) } as const,
        rejoin(9),
      ])
        expect(step(wiped, state, from(a, message))).toEqual({ state, effects: [] });
    },
  );

  test("it does not stand: it is a voter in no membership that it knows", () => {
    expect(step(wiped, follower(), electionTimeout)).toEqual({
      state: follower(),
      effects: [resetElectionTimer],
    });
  });

  test("as the only server it stays so: no other server has what it lost", () => {
    expect(step(env({ uid: 7, voters: [a] }), follower(), electionTimeout)).toEqual({
      state: follower(),
      effects: [resetElectionTimer],
    });
  });

  test("messages for its new disk are handled as by any other server", () => {
    const message = appendEntries(2, { entries: entries([1, 2]) });
    const after = run(wiped, follower({ term: 2 }), from(a, message, { toUid: 7 }));
    expect(after.effects).toEqual([
      resetElectionTimer,
      appendLog(...entries([1, 2])),
      send(a, appendAccepted(2, 2)),
    ]);
  });
});

describe("its leader takes its vote away, and lets it catch up (dissertation 4.2.1)", () => {
  test("by a simple change, which shares a server with every majority before", () => {
    expect(step(setup, lead(), asksAgain)).toEqual({
      state: demoted,
      effects: [appendLog(membershipEntry(3, 2, learns))],
    });
  });

  test("its progress is forgotten: it was the old disk's", () => {
    const after = run(setup, lead(), asksAgain, replicate);
    const change = [membershipEntry(3, 2, learns)];
    expect(after.effects.slice(1)).toEqual([
      send(c, appendEntries(2, { after: [2, 2], entries: change, commit: 2, round: 4 })),
      send(b, appendEntries(2, { after: [2, 2], commit: 2, round: 4 }), 7),
    ]);
  });

  test("a snapshot that was being sent to the old disk starts again for the new one", () => {
    const taken = snapshot([1, 1]);
    const state = lead({
      snapshot: taken,
      progress: { b: sending(taken, { offset: 20 }), c: replicating(3) },
    });
    const refused = from(b, appendRejected(2, { prevIndex: 2, conflictIndex: 1 }), { fromUid: 7 });
    const after = run(envAfter([1, 1], [2]), state, asksAgain, replicate, refused, replicate);
    expect(after.effects.at(-1)).toEqual(sendChunk(b, 2, taken, 0, 7));
  });

  test.each([
    [
      "a change is not committed yet",
      lead({ memberships: [inForce(3, { voters: [a, b, c, d] })] }),
    ],
    [
      "the membership is joint",
      lead({ memberships: [inForce(2, { voters: [a, b, d], outgoing: [a, b, c] })] }),
    ],
    ["it has not committed an entry of its own term", lead({ commit: 1 })],
    ["it is transferring leadership", lead({ transfer: { target: c, beats: 0, told: false } })],
  ])("not now, while %s: it will ask again", (_title, state) => {
    expect(step(setup, state, asksAgain)).toEqual({ state, effects: [] });
  });

  test("each heartbeat for the old disk makes it ask again", () => {
    const busy = lead({
      memberships: [inForce(3, { voters: [a, b, c, d] })],
      progress: { ...known, d: probe(3) },
    });
    const beat = run(setup, busy, asksAgain, heartbeatTimeout);
    expect(beat.effects[1]).toEqual(
      send(b, appendEntries(2, { after: [2, 2], commit: 2, round: 5 })),
    );
  });

  test("a non-leader does not do it", () => {
    for (const state of [
      follower({ term: 2, leader: c }),
      candidate({ term: 2 }),
      preCandidate({ term: 2 }),
    ])
      expect(step(setup, state, asksAgain)).toEqual({ state, effects: [] });
  });

  test("not for strangers, nor for the known disk, nor for an older one", () => {
    for (const event of [
      from(e, rejoin(2), { fromUid: 7 }),
      from(b, rejoin(2)),
      from(a, rejoin(2), { fromUid: 7 }),
    ])
      expect(step(setup, lead(), event)).toEqual({ state: lead(), effects: [] });
    for (const fromUid of [0, 6, 7])
      expect(step(setup, demoted, from(b, rejoin(2), { fromUid }))).toEqual({
        state: demoted,
        effects: [],
      });
  });

  test("§5.1 the term of the request counts nowhere: its disk knows no term", () => {
    expect(step(setup, lead(), from(b, rejoin(9), { fromUid: 7 }))).toEqual({
      state: demoted,
      effects: [appendLog(membershipEntry(3, 2, learns))],
    });
  });

  test("in a cluster of two the other is a majority by itself", () => {
    const pair = env({ voters: [a, b], log: [1, 2] });
    const state = leader({ term: 2, commit: 2, durable: 2, progress: { b: replicating(3) } });
    const after = run(pair, state, asksAgain, durable(3, 2));
    expect(after.state).toEqual(
      leader({
        term: 2,
        commit: 3,
        durable: 3,
        memberships: [inForce(3, { ...learns, voters: [a] })],
        progress: { b: probe(3) },
      }),
    );
    expect(after.effects).toEqual([
      appendLog(membershipEntry(3, 2, { ...learns, voters: [a] })),
      commit(3),
    ]);
  });
});

describe("18 messages of the old disk do not count for the new one", () => {
  const late = { fromUid: 0 };

  test("its acceptances, rejections and answers to a snapshot are ignored", () => {
    for (const message of [
      appendAccepted(2, 2, 4),
      appendRejected(2, { prevIndex: 2, conflictIndex: 1 }),
      chunkReply(2, snapshot([1, 1]), 10),
      { type: "readRequest", term: term(2), id: 1 } as const,
    ])
      expect(step(setup, demoted, from(b, message, late))).toEqual({ state: demoted, effects: [] });
  });

  test("another disk's progress with a snapshot says nothing about the one that receives it", () => {
    const taken = snapshot([1, 1]);
    const state = lead({
      snapshot: taken,
      memberships: [inForce(2, learns)],
      progress: { b: sending(taken), c: replicating(3) },
    });
    for (const fromUid of [0, 8]) {
      const event = from(b, chunkReply(2, taken, 20), { fromUid });
      expect(step(envAfter([1, 1], [2]), state, event)).toEqual({ state, effects: [] });
    }
  });

  test("nor do its votes or pre-votes; and none of them deposes a leader", () => {
    const memberships = [inForce(2, votesAgain)];
    for (const state of [
      candidate({ term: 2, memberships }),
      preCandidate({ term: 1, memberships }),
    ]) {
      for (const message of [
        voteReply(2, true),
        { ...voteReply(2, true), type: "preVoteReply" } as const,
        voteReply(9, false),
      ])
        expect(step(setup, state, from(b, message, late))).toEqual({ state, effects: [] });
    }
    const again = lead({ memberships });
    expect(step(setup, again, from(b, voteReply(9, false), late))).toEqual({
      state: again,
      effects: [],
    });
  });

  test("a candidate that has not heard of the new disk does not count that one's vote either", () => {
    for (const state of [candidate({ term: 2 }), preCandidate({ term: 1 })])
      for (const type of ["voteReply", "preVoteReply"] as const)
        expect(
          step(setup, state, from(b, { ...voteReply(2, true), type }, { fromUid: 7 })),
        ).toEqual({ state, effects: [] });
  });

  test("a leader that has not heard of it does not count what it acknowledges", () => {
    const state = lead({ commit: 1, progress: { ...known, b: replicating(3, { match: 1 }) } });
    const event = from(b, appendAccepted(2, 2), { fromUid: 7 });
    expect(step(setup, state, event)).toEqual({ state, effects: [] });
  });

  test("only the new disk's votes count once it is a voter again", () => {
    const state = candidate({ term: 3, memberships: [inForce(2, votesAgain)] });
    const won = step(setup, state, from(b, voteReply(3, true), { fromUid: 7 }));
    expect(won.state.role.type).toBe("leader");
  });

  test("a new leader that has not heard of it demotes it to a learner with the same disk again", () => {
    const after = step(setup, lead({ term: 2 }), asksAgain);
    expect(after.state.memberships).toEqual([inForce(3, learns)]);
  });
});

describe("it gets its vote back when it has caught up (dissertation 4.2.1)", () => {
  const settled = [inForce(3, learns)];
  const longer = env({ log: [1, 2, 2] });
  const caughtUp = { b: replicating(4, { match: 3 }), c: replicating(4, { match: 3 }) };

  test("by its own acknowledgement of all committed entries", () => {
    const state = lead({
      commit: 3,
      durable: 3,
      memberships: settled,
      progress: { ...caughtUp, b: probe(4, { waiting: true }) },
    });
    const event = from(b, appendAccepted(2, 3), { fromUid: 7 });
    expect(step(longer, state, event)).toEqual({
      state: lead({
        commit: 3,
        durable: 3,
        memberships: [...settled, inForce(4, votesAgain)],
        progress: caughtUp,
      }),
      effects: [appendLog(membershipEntry(4, 2, votesAgain))],
    });
  });

  test.each([
    ["while it lacks a committed entry", replicating(4, { match: 2 }), 3],
    ["while it is not known whether new entries reach it", probe(4, { match: 3 }), 3],
    ["before the change that made it a learner is committed", replicating(4, { match: 3 }), 2],
  ])("not %s", (_title, progress, commitIndex) => {
    const state = lead({
      commit: commitIndex,
      durable: 3,
      memberships: settled,
      progress: { b: progress, c: replicating(4, { match: 2 }) },
    });
    expect(step(longer, state, from(c, appendAccepted(2, 2)))).toEqual({ state, effects: [] });
  });

  test("while it has no vote it does not count for the commit", () => {
    const state = lead({
      durable: 3,
      memberships: settled,
      progress: { ...caughtUp, c: replicating(4, { match: 2 }) },
    });
    const event = from(b, appendAccepted(2, 3), { fromUid: 7 });
    expect(step(longer, state, event).state.commit).toBe(2);
  });

  test("a learner that was no voter before does not get a vote", () => {
    const only: Partial<Membership> = { voters: [a, c], learners: [b] };
    const state = lead({ memberships: [inForce(2, only)] });
    expect(step(setup, state, asksAgain).state.memberships).toEqual([
      inForce(2, only),
      inForce(3, { ...learns, promotions: [] }),
    ]);
  });

  test("one that is to replace another voter still does", () => {
    const promotions = [{ node: d, replaces: c }];
    const before: Partial<Membership> = { voters: [a, b, c], learners: [d], promotions };
    const state = lead({ memberships: [inForce(2, before)], progress: { ...known, d: probe(3) } });
    expect(step(setup, state, from(d, rejoin(2), { fromUid: 7 })).state.memberships.at(-1)).toEqual(
      inForce(3, { ...before, uids: { [d]: 7 }, lastUid: 7 }),
    );
  });
});

describe("wiped twice", () => {
  const again = from(b, rejoin(2), { fromUid: 8 });
  const newest = { ...learns, uids: { [b]: 8 }, lastUid: 8 };

  test("before the first change is committed: it asks again", () => {
    expect(step(setup, demoted, again)).toEqual({ state: demoted, effects: [] });
  });

  test("before it caught up: the newest disk counts, and the vote is still to come", () => {
    const settled = lead({ memberships: [inForce(2, learns)] });
    expect(step(setup, settled, again)).toEqual({
      state: lead({
        memberships: [inForce(2, learns), inForce(3, newest)],
        progress: { ...known, b: probe(3) },
      }),
      effects: [appendLog(membershipEntry(3, 2, newest))],
    });
  });

  test("two servers, of which the later disk was reported first: each is compared with its own disks only", () => {
    const five = initialMembership([a, b, c, d, e]);
    const first = {
      ...five,
      voters: [a, b, d, e],
      learners: [c],
      promotions: [{ node: c, replaces: undefined }],
      uids: { [c]: 9 },
      lastUid: 9,
    };
    const state = lead({
      memberships: [inForce(2, first)],
      progress: { ...known, d: probe(3), e: probe(3) },
    });
    const both = {
      ...first,
      voters: [a, d, e],
      learners: [c, b],
      promotions: [...first.promotions, { node: b, replaces: undefined }],
      uids: { [c]: 9, [b]: 7 },
    };
    expect(step(setup, state, asksAgain).effects).toEqual([appendLog(membershipEntry(3, 2, both))]);
  });
});

describe("18 removed and added again within a term", () => {
  const gone = lead({
    memberships: [inForce(2, { voters: [a, c], lastUid: 7 })],
    progress: { c: replicating(3, { round: 4 }) },
  });
  const add = (uid: number): Event<Command> => ({
    type: "changeMembership",
    changes: [{ type: "addVoter", node: b, uid }],
  });

  test("it is another server, of which nothing is known", () => {
    const again = { voters: [a, c, b], uids: { [b]: 8 }, lastUid: 8 };
    expect(step(setup, gone, add(8))).toEqual({
      state: lead({
        memberships: [...gone.memberships, inForce(3, again)],
        progress: { b: probe(3), c: replicating(3, { round: 4 }) },
      }),
      effects: [appendLog(membershipEntry(3, 2, again)), { type: "changeTaken", index: index(3) }],
    });
  });

  test("not with a uid that some server had before: it may have been this one", () => {
    for (const uid of [0, 3, 7])
      expect(step(setup, gone, add(uid))).toEqual({
        state: gone,
        effects: [
          {
            type: "rejectChange",
            reason: `uid ${uid} of b was assigned before: a new disk needs one above 7`,
          },
        ],
      });
  });

  test("a member with another disk cannot be made a voter directly", () => {
    const reason = "b is a voter with another disk: it must catch up first";
    for (const state of [lead(), lead({ memberships: [inForce(2, learns)] })])
      expect(step(setup, state, add(9))).toEqual({
        state,
        effects: [{ type: "rejectChange", reason }],
      });
  });
});

describe("swapped: a disk that is older than the membership's", () => {
  const memberships = [inForce(2, learns)];
  const old = { fromUid: 3 };

  test("is ignored, whatever it sends and in whatever term", () => {
    for (const state of [
      follower({ term: 2, leader: c, memberships }),
      candidate({ term: 2, memberships }),
      lead({ memberships, progress: { b: probe(3), c: replicating(3) } }),
    ])
      for (const message of [
        requestVote(9, { lastIndex: 9, lastTerm: 9 }),
        { ...requestVote(9, { lastIndex: 9, lastTerm: 9 }), type: "requestPreVote" } as const,
        voteReply(9, true),
        appendEntries(9, { entries: entries([9]) }),
        appendAccepted(2, 2),
        appendRejected(9, { prevIndex: 2, conflictIndex: 1 }),
        chunk(9, snapshot([9, 9]), 0),
        chunkReply(9, snapshot([9, 9]), 10),
        rejoin(9),
        { type: "timeoutNow", term: term(9) } as const,
      ])
        expect(step(setup, state, from(b, message, old))).toEqual({ state, effects: [] });
  });

  test("it ignores servers that take it for the newer one, and does not ask to rejoin", () => {
    const swapped = env({ id: b, uid: 3 });
    for (const message of [appendEntries(9), chunk(9, snapshot([9, 9]), 0), requestVote(9)])
      expect(step(swapped, follower(), from(a, message, { toUid: 7 }))).toEqual({
        state: follower(),
        effects: [],
      });
  });

  test("and does not stand when its own log says that there is a newer one", () => {
    const swapped = env({ id: b, uid: 3 });
    const state = follower({ term: 2, memberships: [inForce(2, votesAgain)] });
    expect(step(swapped, state, electionTimeout)).toEqual({
      state,
      effects: [resetElectionTimer],
    });
  });
});

test("a disk newer than the known one may lead: servers that are behind hear of it from its entries", () => {
  const message = appendEntries(3, { after: [2, 2], entries: [membershipEntry(3, 2, votesAgain)] });
  const state = follower({ term: 3, durable: 2 });
  const after = run(setup, state, from(b, message, { fromUid: 7 }));
  expect(after.effects.at(-1)).toEqual(send(b, appendAccepted(3, 3), 7));
  expect(after.state).toEqual(
    follower({ term: 3, leader: b, durable: 2, memberships: [inForce(3, votesAgain)] }),
  );
});

test("20 a snapshot brings the disks of all: its receiver knows which disk it hears", () => {
  const theirs = snapshot([9, 3], { membership: votesAgain });
  const state = follower({ term: 3, leader: b, receiving: receiving(theirs, 30) });
  const after = run(
    setup,
    state,
    { type: "snapshotReceived", snapshot: theirs },
    from(b, appendEntries(9), { fromUid: 0 }),
  );
  expect(after.effects).toEqual([
    { type: "installSnapshot", snapshot: theirs },
    send(b, appendAccepted(3, 9), 7),
  ]);
});
