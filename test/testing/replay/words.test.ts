import { nodeId, type Effect, type Event, type Message, type State } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import { describe, expect, test } from "vitest";
import { happeningWords } from "../../../packages/testing/src/replay/happening-words.ts";
import { stepWords } from "../../../packages/testing/src/replay/step-words.ts";
import type { Happening } from "../../../packages/testing/src/engine/observer.ts";
import { appends, change, command, FOLLOWER, LEADER, snapshotOf } from "../support/stage.ts";

type Plain<T> = {
  readonly [Name in keyof T]?: T[Name] extends number | undefined ? number : T[Name];
};

const IDLE = {
  term: 2,
  votedFor: undefined,
  commit: 3,
  durable: 5,
  memberships: [],
  snapshot: undefined,
  horizon: undefined,
  role: FOLLOWER,
} as unknown as State;

const CANDIDATE = { type: "candidate", votes: [nodeId("n1")] } as const;
const FOLLOWS = { ...FOLLOWER, leader: nodeId("n2") };

const told = (message: object): Event<CommandBytes> => ({
  type: "message",
  from: nodeId("n2"),
  fromUid: 0,
  toUid: 0,
  message: { term: 2, ...message } as Message<CommandBytes>,
});

const says = (message: object): Effect<CommandBytes> => ({
  type: "send",
  to: nodeId("n2"),
  uid: 0,
  message: message as Message<CommandBytes>,
});

const entries = told({ type: "appendEntries", prevIndex: 5 });
const vote = told({ type: "requestVote" });
const elapsed: Event<CommandBytes> = { type: "electionTimeout" };
const beat: Event<CommandBytes> = { type: "heartbeatTimeout" };

function words(
  event: Event<CommandBytes>,
  before: Plain<State>,
  after: Plain<State>,
  ...effects: readonly Effect<CommandBytes>[]
): string | undefined {
  const was = { ...IDLE, ...before } as State;
  return stepWords({
    node: nodeId("n1"),
    event,
    before: was,
    after: { ...was, ...after } as State,
    effects,
  });
}

describe("a step of a node", () => {
  const noop = { ...command(6, 3), type: "noop" } as ReturnType<typeof change>;
  const cases: readonly (readonly [string | undefined, string | undefined])[] = [
    [words(entries, { role: FOLLOWS }, {}, says({ type: "appendAccepted" })), undefined],
    [
      words({ type: "replicate" }, { role: LEADER }, {}, says({ type: "appendEntries" })),
      undefined,
    ],
    [
      words({ type: "peerDown", node: nodeId("n3") }, {}, { role: FOLLOWS }),
      "hears that n3 is gone; follows n2 in term 2",
    ],
    [
      words(elapsed, {}, { role: { type: "preCandidate", votes: [] } }),
      "asks who would vote for it in term 3",
    ],
    [
      words(elapsed, {}, { term: 3, votedFor: nodeId("n1"), role: CANDIDATE }),
      "stands for election in term 3",
    ],
    [
      words(elapsed, { role: CANDIDATE }, { term: 3, role: CANDIDATE }),
      "stands for election in term 3",
    ],
    [words(told({ type: "voteReply" }), { role: CANDIDATE }, { role: CANDIDATE }), undefined],
    [
      words(told({ type: "voteReply" }), { role: CANDIDATE }, { role: LEADER }, appends(noop)),
      "leads term 2, elected by n1, n2; appends entry 6, which opens term 3",
    ],
    [words(beat, { role: LEADER }, { role: FOLLOWER }), "steps down, as no majority answers"],
    [
      words(vote, { role: LEADER }, { term: 4, role: FOLLOWER }),
      "steps down, hears of term 4 from n2",
    ],
    [
      words(entries, { role: CANDIDATE }, { role: FOLLOWS }),
      "stands no more, follows n2 in term 2",
    ],
    [words(entries, { role: FOLLOWS }, { term: 3, role: FOLLOWS }), "follows n2 in term 3"],
    [
      words(
        vote,
        {},
        { term: 4, votedFor: nodeId("n2") },
        says({ type: "voteReply", granted: true }),
      ),
      "votes for n2 in term 4",
    ],
    [
      words(vote, { votedFor: nodeId("n3") }, {}, says({ type: "voteReply", granted: false })),
      "gives n2 no vote: it has voted for n3",
    ],
    [
      words(vote, {}, {}, says({ type: "voteReply", granted: false })),
      "gives n2 no vote: its log is less up to date",
    ],
    [
      words(vote, { term: 3 }, {}, says({ type: "voteReply", granted: false })),
      "gives n2 no vote: its term is over",
    ],
    [words(vote, {}, {}, says({ type: "preVoteReply", granted: true })), undefined],
    [words(vote, {}, {}, says({ type: "preVoteReply", granted: false })), "would give n2 no vote"],
    [
      words(
        entries,
        { role: FOLLOWS },
        { commit: 6 },
        { type: "truncateLog", after: 5 } as never,
        appends(command(6, 2), command(7, 2)),
      ),
      "drops its log behind 5; takes entries 6 to 7 of n2; commits up to 6",
    ],
    [
      words(
        { type: "propose", commands: [] },
        { role: LEADER },
        {},
        appends(change(6, 2, "n1 n2 n3 n4")),
      ),
      "appends entry 6, members n1 n2 n3 n4",
    ],
    [
      words(entries, {}, {}, says({ type: "appendRejected", prevIndex: 5, conflictIndex: 4 })),
      "refuses entries of n2 behind 5: its log ends at 3",
    ],
    [
      words(
        entries,
        {},
        {},
        says({ type: "appendRejected", prevIndex: 5, conflictTerm: 1, conflictIndex: 4 }),
      ),
      "refuses entries of n2 behind 5: its own entry there is of term 1",
    ],
    [
      words(
        entries,
        { term: 3 },
        {},
        says({ type: "appendRejected", prevIndex: 5, conflictIndex: 4 }),
      ),
      "refuses entries of n2: its term is over",
    ],
    [
      words({ type: "snapshotTaken", snapshot: snapshotOf(3, 1) }, {}, {}),
      "has taken a snapshot of all up to 3",
    ],
    [
      words({ type: "snapshotReceived", snapshot: snapshotOf(9, 2) }, {}, { commit: 9 } as never, {
        type: "installSnapshot",
        snapshot: snapshotOf(9, 2),
      }),
      "takes up a snapshot of all up to 9; commits up to 9",
    ],
  ];
  test.each(cases.map(([is, shouldBe]) => [shouldBe, is] as const))(
    "is told: %s",
    (shouldBe, is) => {
      expect(is).toBe(shouldBe);
    },
  );
});

describe("what else happens", () => {
  const operation = {
    id: 3,
    at: 0,
    client: 1,
    command: { type: "put", key: "k", value: "v" },
    read: false,
  };
  const crash = { id: 1, at: 9, type: "crash", node: "any", kept: "torn", downMs: 5 } as const;
  const cut = { id: 2, at: 9, type: "partition", shape: "isolate", node: "leader" } as const;
  const node = nodeId("n1");
  const cases: readonly (readonly [Happening, string | undefined])[] = [
    [{ type: "ended", node, cause: "a crash", kept: undefined }, "falls: a crash"],
    [
      { type: "ended", node, cause: "a crash", kept: "torn" },
      "falls: a crash, without power: the last write is torn",
    ],
    [{ type: "refused", node, reason: "its log is damaged" }, "cannot run: its log is damaged"],
    [
      { type: "faultBegan", fault: cut, nodes: ["n1"] },
      'partition (shape "isolate") begins for n1',
    ],
    [{ type: "faultEnded", fault: cut }, 'partition (shape "isolate") ends'],
    [{ type: "faultEnded", fault: crash }, undefined],
    [
      { type: "faultSkipped", fault: crash, reason: "nobody runs" },
      'crash (kept "torn", downMs 5) is skipped: nobody runs',
    ],
    [{ type: "called", operation, proposal: undefined }, 'c2 asks: put "k" "v"'],
    [
      { type: "returned", operation, outcome: { type: "ok", value: null } },
      'c2 hears of put "k" "v": null',
    ],
    [
      {
        type: "returned",
        operation: { ...operation, command: 7 },
        outcome: { type: "unknown", reason: "no answer came" },
      },
      "c2 hears of 7: nobody knows, no answer came",
    ],
    [{ type: "synced", node }, undefined],
    [{ type: "healed" }, "all faults have ended"],
  ];
  test.each(cases)("is told: %j", (happening, shouldBe) => {
    expect(happeningWords(happening)).toBe(shouldBe);
  });
});
