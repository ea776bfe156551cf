import { index, nodeId, term, type NodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { showPair, showText } from "../../../packages/cli/src/udp/haskell-show.ts";
import {
  commandLine,
  droppedLine,
  showEvent,
  showState,
} from "../../../packages/cli/src/udp/notation.ts";
import type { Datagram } from "../../../packages/cli/src/udp/wire-message.ts";
import { readLine } from "../support/udp/notation-grammar.ts";
import {
  appendEntries,
  elect,
  handle,
  linesOf,
  makeNode,
  requestVote,
  sentBy,
  vote,
} from "../support/udp/node.ts";
import { vectors } from "../support/udp/vectors.ts";

/** A datagram as the pair that the original decodes. The sender may be a name that no node of ours can have. */
function showDatagram({ from, message }: Datagram): string {
  const shown = showEvent({ type: "message", from: from as NodeId, message });
  const before = `EMessage ${showText(from)} (`;
  return showPair(showText(from), shown.slice(before.length, -1));
}

describe("a message, as Haskell shows it", () => {
  test.each(vectors)("$name", ({ datagram, show }) => {
    expect(showDatagram(datagram)).toBe(show);
  });
});

describe("a byte string, as Haskell shows it", () => {
  test.each([
    ["node0", '"node0"'],
    ["", '""'],
    ['a"b\\c', String.raw`"a\"b\\c"`],
    ["\0\u0007\n\r\t\u001b\u007f", String.raw`"\NUL\a\n\r\t\ESC\DEL"`],
    ["\u00c3\u00bf", String.raw`"\195\191"`],
    ["\u00c31", String.raw`"\195\&1"`],
    ["\u000eH", String.raw`"\SO\&H"`],
    ["\u000eX\u00c3x", String.raw`"\SOX\195x"`],
  ])("%j", (bytes, shown) => {
    expect(showText(bytes)).toBe(shown);
  });
});

test("every command has its line", () => {
  const at = index(2);
  expect(
    [
      { type: "log", text: "Granting vote" },
      { type: "resetElectionTimeout", microseconds: 15_324_284 },
      { type: "resetHeartbeatTimeout", microseconds: 5_000_000 },
      { type: "truncateLog", after: index(0) },
      {
        type: "logEntries",
        entries: [
          { type: "command", index: at, term: term(1), command: { node: "node0", number: 1n } },
        ],
      },
      { type: "commit", before: index(0), upTo: at },
      { type: "commit", before: index(1), upTo: at },
      { type: "commit", before: at, upTo: at },
    ].map((command) => commandLine(command as Parameters<typeof commandLine>[0])),
  ).toEqual([
    "Log: Granting vote",
    "Reset election timeout: 15324284",
    "Reset heartbeat timeout: 5000000",
    "Truncate: Index {unIndex = 0}",
    'Log entries: [Entry {eIndex = Index {unIndex = 2}, eTerm = Term 1, eValue = ("node0",1)}]',
    "New commit index, to commit: entries Index {unIndex = 1} to Index {unIndex = 2}",
    "New commit index, to commit: entry Index {unIndex = 2}",
    "New commit index, to commit: nothing",
  ]);
});

test("states and events", () => {
  const [a, b] = [nodeId("a"), nodeId("b")];
  const commitIndex = index(1);
  const states = [
    { role: "follower", term: term(0), commitIndex, votedFor: undefined },
    { role: "candidate", term: term(3), commitIndex, votes: [a, b] },
    {
      role: "leader",
      term: term(3),
      commitIndex,
      nextIndex: [
        [a, index(2)],
        [b, index(1)],
      ],
      lastIndex: [],
    },
  ] as const;
  expect([
    showEvent({ type: "electionTimeout" }),
    showEvent({ type: "heartbeatTimeout" }),
    ...states.map((state) => showState(state, "readme")),
    ...states.map((state) => showState(state, "original")),
  ]).toEqual([
    "EElectionTimeout",
    "EHeartbeatTimeout",
    "WrapState (Follower (FollowerState {_fCurrentTerm = Term 0, _fVotedFor = Nothing}))",
    'WrapState (Candidate (CandidateState {_cCurrentTerm = Term 3, _cVotes = fromList ["a","b"]}))',
    'WrapState (Leader (LeaderState {_lCurrentTerm = Term 3, _lNextIndex = fromList [("a",Index {unIndex = 2}),("b",Index {unIndex = 1})], _lLastIndex = fromList []}))',
    "WrapState (Follower (FollowerState {_fCurrentTerm = Term 0, _fCommitIndex = Index {unIndex = 1}, _fVotedFor = Nothing}))",
    'WrapState (Candidate (CandidateState {_cCurrentTerm = Term 3, _cCommitIndex = Index {unIndex = 1}, _cVotes = fromList ["a","b"]}))',
    'WrapState (Leader (LeaderState {_lCurrentTerm = Term 3, _lCommitIndex = Index {unIndex = 1}, _lNextIndex = fromList [("a",Index {unIndex = 2}),("b",Index {unIndex = 1})], _lLastIndex = fromList []}))',
  ]);
  expect(
    droppedLine({ type: "dropped", bytes: 3, reason: "at 0: not enough bytes", count: 2 }),
  ).toBe("Log: Dropped a datagram of 3 bytes (2 so far): at 0: not enough bytes");
});

describe("a follower prints what the original printed", () => {
  test("the example of the original's README", () => {
    const drawn = [15324284, 14611709, 18456774, 14154414, 17577659];
    const node = makeNode({ election: () => drawn.shift() ?? 0 });
    const entries = [
      [1, 1, 0],
      [2, 1, 1],
    ] as const;
    const more = [
      [3, 1, 2],
      [4, 1, 3],
    ] as const;
    const output = [
      ...node.begin().commands.map(commandLine),
      ...[
        requestVote(1),
        appendEntries({ term: 1 }),
        appendEntries({ term: 1, entries }),
        appendEntries({ term: 1, prev: [2, 1], entries: more, commit: 2 }),
      ].flatMap((message) => [
        "Awaiting event",
        ...linesOf(node, handle(node, "node0", message), "readme"),
      ]),
    ];
    expect(`${output.join("\n")}\n`).toMatchInlineSnapshot(`
      "Reset election timeout: 15324284
      Awaiting event
      Got event: EMessage "node0" (MRequestVote (RequestVote {rvTerm = Term 1, rvCandidateId = "node0", rvLastLogIndex = Index {unIndex = 0}, rvLastLogTerm = Term 0}))
      Input state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 0, _fVotedFor = Nothing}))
      Output state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 1, _fVotedFor = Just "node0"}))
      Log: Received RequestVote for newer term, bumping
      Log: Granting vote
      CSend: "node0" -> MRequestVoteResponse (RequestVoteResponse {rvrTerm = Term 1, rvrVoteGranted = True})
      Reset election timeout: 14611709
      Log: []
      Awaiting event
      Got event: EMessage "node0" (MAppendEntries (AppendEntries {aeTerm = Term 1, aeLeaderId = "node0", aePrevLogIndex = Index {unIndex = 0}, aePrevLogTerm = Term 0, aeEntries = [], aeCommitIndex = Index {unIndex = 0}}))
      Input state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 1, _fVotedFor = Just "node0"}))
      Output state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 1, _fVotedFor = Just "node0"}))
      Reset election timeout: 18456774
      CSend: "node0" -> MAppendEntriesResponse (AppendEntriesResponse {aerTerm = Term 1, aerSuccess = True, aerLastIndex = Index {unIndex = 0}})
      Log: []
      Awaiting event
      Got event: EMessage "node0" (MAppendEntries (AppendEntries {aeTerm = Term 1, aeLeaderId = "node0", aePrevLogIndex = Index {unIndex = 0}, aePrevLogTerm = Term 0, aeEntries = [Entry {eIndex = Index {unIndex = 1}, eTerm = Term 1, eValue = ("node0",0)},Entry {eIndex = Index {unIndex = 2}, eTerm = Term 1, eValue = ("node0",1)}], aeCommitIndex = Index {unIndex = 0}}))
      Input state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 1, _fVotedFor = Just "node0"}))
      Output state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 1, _fVotedFor = Just "node0"}))
      Reset election timeout: 14154414
      Truncate: Index {unIndex = 0}
      Log entries: [Entry {eIndex = Index {unIndex = 1}, eTerm = Term 1, eValue = ("node0",0)},Entry {eIndex = Index {unIndex = 2}, eTerm = Term 1, eValue = ("node0",1)}]
      CSend: "node0" -> MAppendEntriesResponse (AppendEntriesResponse {aerTerm = Term 1, aerSuccess = True, aerLastIndex = Index {unIndex = 2}})
      Log: [(1,("node0",0)),(2,("node0",1))]
      Awaiting event
      Got event: EMessage "node0" (MAppendEntries (AppendEntries {aeTerm = Term 1, aeLeaderId = "node0", aePrevLogIndex = Index {unIndex = 2}, aePrevLogTerm = Term 1, aeEntries = [Entry {eIndex = Index {unIndex = 3}, eTerm = Term 1, eValue = ("node0",2)},Entry {eIndex = Index {unIndex = 4}, eTerm = Term 1, eValue = ("node0",3)}], aeCommitIndex = Index {unIndex = 2}}))
      Input state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 1, _fVotedFor = Just "node0"}))
      Output state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 1, _fVotedFor = Just "node0"}))
      Reset election timeout: 17577659
      Truncate: Index {unIndex = 2}
      Log entries: [Entry {eIndex = Index {unIndex = 3}, eTerm = Term 1, eValue = ("node0",2)},Entry {eIndex = Index {unIndex = 4}, eTerm = Term 1, eValue = ("node0",3)}]
      CSend: "node0" -> MAppendEntriesResponse (AppendEntriesResponse {aerTerm = Term 1, aerSuccess = True, aerLastIndex = Index {unIndex = 4}})
      Log: [(1,("node0",0)),(2,("node0",1)),(3,("node0",2)),(4,("node0",3))]
      "
    `);
  });

  test("a commit is before the answer", () => {
    const node = makeNode();
    handle(node, "node0", appendEntries({ term: 1, entries: [[1, 1, 0]] }));
    const more = appendEntries({ term: 1, prev: [1, 1], entries: [[2, 1, 1]], commit: 2 });
    expect(linesOf(node, handle(node, "node0", more)).slice(3)).toMatchInlineSnapshot(`
      [
        "Reset election timeout: 15000000",
        "Truncate: Index {unIndex = 1}",
        "Log entries: [Entry {eIndex = Index {unIndex = 2}, eTerm = Term 1, eValue = ("node0",1)}]",
        "New commit index, to commit: entries Index {unIndex = 1} to Index {unIndex = 2}",
        "CSend: "node0" -> MAppendEntriesResponse (AppendEntriesResponse {aerTerm = Term 1, aerSuccess = True, aerLastIndex = Index {unIndex = 2}})",
        "Log: [(1,("node0",0)),(2,("node0",1))]",
      ]
    `);
  });
});

describe("lines of the original that change nothing", () => {
  test("a follower commits nothing new with an AppendEntries that it accepts", () => {
    const node = makeNode();
    handle(node, "node0", appendEntries({ term: 1, entries: [[1, 1, 0]], commit: 1 }));
    const again = appendEntries({ term: 1, prev: [1, 1], commit: 1 });
    expect(linesOf(node, handle(node, "node0", again)).slice(3)).toEqual([
      "Reset election timeout: 15000000",
      "New commit index, to commit: nothing",
      'CSend: "node0" -> MAppendEntriesResponse (AppendEntriesResponse {aerTerm = Term 1, aerSuccess = True, aerLastIndex = Index {unIndex = 1}})',
      'Log: [(1,("node0",0))]',
    ]);
    const rejected = appendEntries({ term: 1, prev: [7, 1], commit: 1 });
    expect(linesOf(node, handle(node, "node0", rejected)).join()).not.toContain("to commit");
    const first = makeNode();
    const none = appendEntries({ term: 1 });
    expect(linesOf(first, handle(first, "node0", none)).join()).not.toContain("to commit");
  });

  test("a heartbeat timeout after the end of a leadership", () => {
    const node = makeNode();
    elect(node);
    handle(node, "node2", appendEntries({ term: 2, from: "node2" }));
    expect(linesOf(node, node.timeout("heartbeatTimeout"))).toEqual([
      "Got event: EHeartbeatTimeout",
      "Input state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 2, _fCommitIndex = Index {unIndex = 0}, _fVotedFor = Nothing}))",
      "Output state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 2, _fCommitIndex = Index {unIndex = 0}, _fVotedFor = Nothing}))",
      "Log: Ignoring heartbeat timeout in Follower state",
      'Log: [(1,("node1",0))]',
    ]);
    node.timeout("electionTimeout");
    expect(logTexts(node.timeout("heartbeatTimeout"))).toEqual([
      "Ignoring heartbeat timeout in Candidate state",
    ]);
  });

  test("a leader ignores the timer of its election, and adds a value as after every event", () => {
    const node = makeNode();
    elect(node);
    const { commands, output } = node.timeout("electionTimeout");
    expect({ commands, role: output.role }).toEqual({ commands: [], role: "leader" });
    expect(node.log.lastIndex).toBe(2);
  });
});

describe("an election, in the original's messages", () => {
  test("won by two votes of three", () => {
    const node = makeNode();
    const lines = [
      ...linesOf(node, node.timeout("electionTimeout")),
      ...linesOf(node, node.timeout("electionTimeout")),
      ...linesOf(node, handle(node, "node0", vote(2, false))),
      ...linesOf(node, handle(node, "node0", vote(1))),
      ...linesOf(node, handle(node, "node2", vote(2))),
    ];
    expect(`${lines.join("\n")}\n`).toMatchInlineSnapshot(`
      "Got event: EElectionTimeout
      Input state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 0, _fCommitIndex = Index {unIndex = 0}, _fVotedFor = Nothing}))
      Output state: WrapState (Candidate (CandidateState {_cCurrentTerm = Term 1, _cCommitIndex = Index {unIndex = 0}, _cVotes = fromList ["node1"]}))
      Log: Election timeout, stepping up
      Log: Becoming candidate
      Reset election timeout: 15000000
      CBroadcast: MRequestVote (RequestVote {rvTerm = Term 1, rvCandidateId = "node1", rvLastLogIndex = Index {unIndex = 0}, rvLastLogTerm = Term 0})
      Log: []
      Got event: EElectionTimeout
      Input state: WrapState (Candidate (CandidateState {_cCurrentTerm = Term 1, _cCommitIndex = Index {unIndex = 0}, _cVotes = fromList ["node1"]}))
      Output state: WrapState (Candidate (CandidateState {_cCurrentTerm = Term 2, _cCommitIndex = Index {unIndex = 0}, _cVotes = fromList ["node1"]}))
      Log: Election timeout in Candidate state
      Reset election timeout: 15000000
      CBroadcast: MRequestVote (RequestVote {rvTerm = Term 2, rvCandidateId = "node1", rvLastLogIndex = Index {unIndex = 0}, rvLastLogTerm = Term 0})
      Log: []
      Got event: EMessage "node0" (MRequestVoteResponse (RequestVoteResponse {rvrTerm = Term 2, rvrVoteGranted = False}))
      Input state: WrapState (Candidate (CandidateState {_cCurrentTerm = Term 2, _cCommitIndex = Index {unIndex = 0}, _cVotes = fromList ["node1"]}))
      Output state: WrapState (Candidate (CandidateState {_cCurrentTerm = Term 2, _cCommitIndex = Index {unIndex = 0}, _cVotes = fromList ["node1"]}))
      Log: Ignoring RequestVoteResponse since vote wasn't granted
      Log: []
      Got event: EMessage "node0" (MRequestVoteResponse (RequestVoteResponse {rvrTerm = Term 1, rvrVoteGranted = True}))
      Input state: WrapState (Candidate (CandidateState {_cCurrentTerm = Term 2, _cCommitIndex = Index {unIndex = 0}, _cVotes = fromList ["node1"]}))
      Output state: WrapState (Candidate (CandidateState {_cCurrentTerm = Term 2, _cCommitIndex = Index {unIndex = 0}, _cVotes = fromList ["node1"]}))
      Log: Ignoring RequestVoteResponse for old term
      Log: []
      Got event: EMessage "node2" (MRequestVoteResponse (RequestVoteResponse {rvrTerm = Term 2, rvrVoteGranted = True}))
      Input state: WrapState (Candidate (CandidateState {_cCurrentTerm = Term 2, _cCommitIndex = Index {unIndex = 0}, _cVotes = fromList ["node1"]}))
      Output state: WrapState (Leader (LeaderState {_lCurrentTerm = Term 2, _lCommitIndex = Index {unIndex = 0}, _lNextIndex = fromList [("node0",Index {unIndex = 1}),("node1",Index {unIndex = 1}),("node2",Index {unIndex = 1})], _lLastIndex = fromList [("node0",Index {unIndex = 0}),("node1",Index {unIndex = 0}),("node2",Index {unIndex = 0})]}))
      Log: Received valid RequestVoteResponse
      Log: Reached a majority, becoming Leader
      Log: Becoming leader
      Reset heartbeat timeout: 5000000
      CBroadcast: MAppendEntries (AppendEntries {aeTerm = Term 2, aeLeaderId = "node1", aePrevLogIndex = Index {unIndex = 0}, aePrevLogTerm = Term 0, aeEntries = [], aeCommitIndex = Index {unIndex = 0}})
      Log: [(1,("node1",0))]
      "
    `);
  });

  test.each([
    ["an older request", requestVote(1), ["Received RequestVote for old term"]],
    [
      "a second candidate",
      requestVote(2),
      ["Received RequestVote for current term", "Granted vote to other node, rejecting"],
    ],
    [
      "a shorter log",
      requestVote(3),
      ["Received RequestVote for newer term, bumping", "Node out-of-date, rejecting vote"],
    ],
    ["an answer", vote(2), []],
    ["a newer answer", vote(3), ["Stepping down to Follower state"]],
  ])("a follower hears %s", (_title, message, texts) => {
    const node = makeNode();
    const first = appendEntries({ term: 1, from: "node2", entries: [[1, 1, 0]] });
    handle(node, "node2", first);
    handle(node, "node2", requestVote(2, "node2", [1, 1]));
    expect(logTexts(handle(node, "node0", message))).toEqual(texts);
  });

  test.each([
    ["an equal request", requestVote(1), ["Not granting vote"]],
    ["a newer request", requestVote(2), ["Stepping down to Follower state", "Granting vote"]],
    [
      "the leader",
      appendEntries({ term: 1 }),
      ["Received AppendEntries for current or newer term", "Stepping down to Follower state"],
    ],
    ["an old leader", appendEntries({ term: 0 }), ["Ignoring AppendEntries for old term"]],
  ])("a candidate hears %s", (_title, message, texts) => {
    const node = makeNode();
    node.timeout("electionTimeout");
    expect(logTexts(handle(node, "node0", message))).toEqual(texts);
  });

  test.each([
    ["an equal request", requestVote(1), ["Not granting vote"]],
    [
      "a newer request with a shorter log",
      requestVote(2),
      ["Stepping down to Follower state", "Node out-of-date, rejecting vote"],
    ],
    ["a newer leader", appendEntries({ term: 2 }), ["Stepping down to Follower state"]],
  ])("a leader hears %s", (_title, message, texts) => {
    const node = makeNode();
    elect(node);
    expect(logTexts(handle(node, "node0", message))).toEqual(texts);
  });

  test("a timer is reset once per event", () => {
    const node = makeNode();
    elect(node);
    const turn = handle(node, "node2", requestVote(2, "node2", [1, 1]));
    expect(sentBy(turn)).toEqual([["node2", vote(2)]]);
    expect(turn.commands.map(({ type }) => type)).toEqual([
      "log",
      "log",
      "send",
      "resetElectionTimeout",
    ]);
  });
});

test("the grammar of the other tests rejects other notations", () => {
  for (const line of [
    "Got event: EMessage node0",
    "Got event: EElectionTimeout ",
    "Input state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 1, _fVotedFor = Nothing}))",
    "Output state: Follower",
    'CSend: "a" -> MRequestVoteResponse (RequestVoteResponse {rvrTerm = 1, rvrVoteGranted = True})',
    "New commit index, to commit: entries Index {unIndex = 1}",
    "Reset election timeout: soon",
    "Log: [(1,2)]",
    "Hello",
  ]) {
    expect(() => readLine(line), line).toThrow();
  }
});

function logTexts(turn: ReturnType<typeof handle>): readonly string[] {
  return turn.commands.flatMap((command) => (command.type === "log" ? [command.text] : []));
}
