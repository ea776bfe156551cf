import { nodeId, type Effect, type Event, type Message, type State } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import { describe, expect, test } from "vitest";
import { describeHappening } from "../../../packages/testing/src/replay/describe-happening.ts";
import { describeStep } from "../../../packages/testing/src/replay/describe-step.ts";
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

function text(
  event: Event<CommandBytes>,
  before: Plain<State>,
  after: Plain<State>,
  ...effects: readonly Effect<CommandBytes>[]
): string | undefined {
  const was = { ...IDLE, ...before } as State;
  return describeStep({
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
    [text(entries, { role: FOLLOWS }, {}, says({ type: "appendAccepted" })), undefined],
    [text({ type: "replicate" }, { role: LEADER }, {}, says({ type: "appendEntries" })), undefined],
    [
      text({ type: "peerDown", node: nodeId("n3") }, {}, { role: FOLLOWS }),
      "learns that n3 is down; follows n2 in term 2",
    ],
    [
      text(elapsed, {}, { role: { type: "preCandidate", votes: [] } }),
      "starts a pre-vote for term 3",
    ],
    [
      text(elapsed, {}, { term: 3, votedFor: nodeId("n1"), role: CANDIDATE }),
      "becomes a candidate in term 3",
    ],
    [
      text(elapsed, { role: CANDIDATE }, { term: 3, role: CANDIDATE }),
      "becomes a candidate in term 3",
    ],
    [text(told({ type: "voteReply" }), { role: CANDIDATE }, { role: CANDIDATE }), undefined],
    [
      text(told({ type: "voteReply" }), { role: CANDIDATE }, { role: LEADER }, appends(noop)),
      "leads term 2, elected by n1, n2; appends entry 6, the no-op of term 3",
    ],
    [text(beat, { role: LEADER }, { role: FOLLOWER }), "steps down because no majority answers"],
    [
      text(vote, { role: LEADER }, { term: 4, role: FOLLOWER }),
      "steps down, learns of term 4 from n2",
    ],
    [
      text(entries, { role: CANDIDATE }, { role: FOLLOWS }),
      "ends its candidacy, follows n2 in term 2",
    ],
    [text(entries, { role: FOLLOWS }, { term: 3, role: FOLLOWS }), "follows n2 in term 3"],
    [
      text(
        vote,
        {},
        { term: 4, votedFor: nodeId("n2") },
        says({ type: "voteReply", granted: true }),
      ),
      "votes for n2 in term 4",
    ],
    [
      text(vote, { votedFor: nodeId("n3") }, {}, says({ type: "voteReply", granted: false })),
      "refuses to vote for n2: already voted for n3",
    ],
    [
      text(vote, {}, {}, says({ type: "voteReply", granted: false })),
      "refuses to vote for n2: the log of n2 is less up to date",
    ],
    [
      text(vote, { term: 3 }, {}, says({ type: "voteReply", granted: false })),
      "refuses to vote for n2: n2 has an old term",
    ],
    [text(vote, {}, {}, says({ type: "preVoteReply", granted: true })), undefined],
    [
      text(vote, {}, {}, says({ type: "preVoteReply", granted: false })),
      "refuses the pre-vote of n2",
    ],
    [
      text(
        entries,
        { role: FOLLOWS },
        { commit: 6 },
        { type: "truncateLog", after: 5 } as never,
        appends(command(6, 2), command(7, 2)),
      ),
      "truncates its log after 5; accepts entries 6 to 7 from n2; commits up to 6",
    ],
    [
      text(
        { type: "propose", commands: [] },
        { role: LEADER },
        {},
        appends(change(6, 2, "n1 n2 n3 n4")),
      ),
      "appends entry 6, members n1 n2 n3 n4",
    ],
    [
      text(entries, {}, {}, says({ type: "appendRejected", prevIndex: 5, conflictIndex: 4 })),
      "rejects entries from n2 after 5: its own log ends at 3",
    ],
    [
      text(
        entries,
        {},
        {},
        says({ type: "appendRejected", prevIndex: 5, conflictTerm: 1, conflictIndex: 4 }),
      ),
      "rejects entries from n2 after 5: its own entry there has term 1",
    ],
    [
      text(
        entries,
        { term: 3 },
        {},
        says({ type: "appendRejected", prevIndex: 5, conflictIndex: 4 }),
      ),
      "rejects entries from n2: old term",
    ],
    [
      text({ type: "snapshotTaken", snapshot: snapshotOf(3, 1) }, {}, {}),
      "has taken a snapshot up to 3",
    ],
    [
      text({ type: "snapshotReceived", snapshot: snapshotOf(9, 2) }, {}, { commit: 9 } as never, {
        type: "installSnapshot",
        snapshot: snapshotOf(9, 2),
      }),
      "installs a snapshot up to 9; commits up to 9",
    ],
  ];
  test.each(cases.map(([is, shouldBe]) => [shouldBe, is] as const))(
    "is described: %s",
    (shouldBe, is) => {
      expect(is).toBe(shouldBe);
    },
  );
});

describe("an event outside the core", () => {
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
    [{ type: "ended", node, cause: "a crash", kept: undefined }, "goes down: a crash"],
    [
      { type: "ended", node, cause: "a crash", kept: "torn" },
      "goes down: a crash, power loss: the last write is torn",
    ],
    [{ type: "refused", node, reason: "its log is damaged" }, "cannot run: its log is damaged"],
    [
      { type: "faultBegan", fault: cut, nodes: ["n1"] },
      'partition (shape "isolate") begins for n1',
    ],
    [{ type: "faultEnded", fault: cut }, 'partition (shape "isolate") ends'],
    [{ type: "faultEnded", fault: crash }, undefined],
    [
      { type: "faultSkipped", fault: crash, reason: "no node runs" },
      'crash (kept "torn", downMs 5) is skipped: no node runs',
    ],
    [{ type: "called", operation, proposal: undefined }, 'c2 calls put "k" "v"'],
    [
      { type: "returned", operation, outcome: { type: "ok", value: null } },
      'c2 gets the result of put "k" "v": null',
    ],
    [
      {
        type: "returned",
        operation: { ...operation, command: 7 },
        outcome: { type: "unknown", reason: "no answer came" },
      },
      "c2 gets the result of 7: outcome unknown, no answer came",
    ],
    [{ type: "synced", node }, undefined],
    [{ type: "healed" }, "all faults have ended"],
  ];
  test.each(cases)("is described: %j", (happening, shouldBe) => {
    expect(describeHappening(happening)).toBe(shouldBe);
  });
});
