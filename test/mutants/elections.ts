import type { Mutant } from "./mutant.ts";

const VOTE = "packages/core/src/vote.ts";
const CANDIDATE = "packages/core/src/candidate.ts";
const STEP = "packages/core/src/step.ts";
const TRANSITION = "packages/core/src/transition.ts";

/** Mutants of terms, votes and elections (§5.1, §5.2, §5.4.1; dissertation 3.10, 4.2.3, 9.6). */
export const ELECTION_MUTANTS: readonly Mutant[] = [
  {
    name: "vote-without-log-check",
    about: "A server grants votes and pre-votes to candidates whose log lacks committed entries.",
    source: "§5.4.1; the original kontiki",
    edits: [
      {
        file: VOTE,
        find: "return atLeastAsUpToDate(theirs, lastPosition(log));",
        replace: "return true;",
      },
    ],
    hunts: ["explore", "churn"],
  },
  {
    name: "longer-log-wins",
    about: "A longer log counts as up to date although its last term is older.",
    source: "§5.4.1; the original kontiki, async-raft, liferaft compare term and index apart",
    edits: [
      {
        file: "packages/core/src/entry.ts",
        find: "if (theirs.term !== ours.term) return theirs.term > ours.term;",
        replace: "if (theirs.term > ours.term) return true;",
      },
    ],
    hunts: ["explore", "churn"],
  },
  {
    name: "two-votes-in-a-term",
    about:
      "A server votes for every candidate that asks, even if it has already voted in that term.",
    source: "§5.2",
    edits: [
      {
        file: VOTE,
        find: "const free = state.votedFor === undefined || state.votedFor === from.node;",
        replace: "const free = true;",
      },
    ],
    hunts: ["explore", "elections"],
  },
  {
    name: "vote-not-saved",
    about: "A vote in a known term is not written to the disk.",
    source: "§5.2, Figure 2; databend #1051",
    edits: [
      {
        file: "packages/core/src/hard-state.ts",
        find: "return a.term === b.term && a.votedFor === b.votedFor;",
        replace: "return a.term === b.term;",
      },
    ],
    hunts: ["explore", "power"],
  },
  {
    name: "term-not-saved",
    about:
      "A new term without a vote is not written to the disk, so a crash brings the old term back.",
    source: "§5.1, Figure 2",
    edits: [
      {
        file: "packages/core/src/hard-state.ts",
        find: "return a.term === b.term && a.votedFor === b.votedFor;",
        replace: "return a.votedFor === b.votedFor;",
      },
    ],
    hunts: ["explore", "power"],
  },
  {
    name: "vote-overwritten",
    about:
      "A candidate that steps down in its own term withdraws its vote and gives it to the leader.",
    source: "§5.2; the original kontiki",
    edits: [
      {
        file: "packages/core/src/follower.ts",
        find: 'return { ...state, role: { type: "follower", leader, heard: true, receiving: undefined } };',
        replace:
          'return { ...state, votedFor: leader, role: { type: "follower", leader, heard: true, receiving: undefined } };',
      },
    ],
    hunts: ["explore", "elections"],
  },
  {
    name: "vote-outlives-term",
    about:
      "A server keeps the vote of an old term in a newer one, so in the end every server votes only for itself.",
    source: "§5.2",
    edits: [
      {
        file: TRANSITION,
        find: "const next: State = { ...state, term, votedFor: undefined, role:",
        replace: "const next: State = { ...state, term, votedFor: state.votedFor, role:",
      },
    ],
    hunts: ["elections"],
  },
  {
    name: "old-vote-counts",
    about: "A vote of an earlier term is counted in a later election.",
    source: "§5.2",
    edits: [
      {
        file: CANDIDATE,
        find: 'if (role.type !== "candidate" || reply.term !== state.term || !reply.granted)',
        replace: 'if (role.type !== "candidate" || !reply.granted)',
      },
    ],
    hunts: ["explore", "elections"],
  },
  {
    name: "vote-counts-twice",
    about: "A vote that arrives twice is counted twice.",
    source: "§5.2; etcd keeps votes by server for this reason",
    edits: [
      {
        file: CANDIDATE,
        find: `if (role.votes.includes(from)) return unchanged(state);
  const votes = [...role.votes, from];
  const next: State = { ...state, role: { type: "candidate", votes } };`,
        replace: `const votes = [...role.votes, from];
  const next: State = { ...state, role: { type: "candidate", votes } };`,
      },
      {
        file: "packages/core/src/quorum.ts",
        find: "return voters.filter((voter) => granted.includes(voter)).length >= majority(voters.length);",
        replace: "return granted.length >= majority(voters.length);",
      },
    ],
    hunts: ["explore-four", "elections", "even"],
  },
  {
    name: "promise-counts-as-vote",
    about: "A late pre-vote is counted as a vote.",
    source:
      "dissertation 9.6; etcd TestCandidateDeliversPreCandidateSelfVoteAfterBecomingCandidate",
    edits: [
      {
        file: STEP,
        find: "return onPreVoteReply(env, state, from.node, message);",
        replace: `return state.role.type === "candidate"
        ? onVoteReply(env, state, from.node, { ...message, type: "voteReply" })
        : onPreVoteReply(env, state, from.node, message);`,
      },
    ],
    hunts: ["explore-pre-vote", "churn"],
  },
  {
    name: "pre-vote-raises-term",
    about: "A server that receives a pre-vote request adopts its hypothetical term.",
    source: "dissertation 9.6; hashicorp/raft PR 609",
    edits: [
      {
        file: STEP,
        find: 'if (message.type === "requestPreVote") return true;',
        replace: 'if (message.type === "requestPreVote") return false;',
      },
    ],
    hunts: ["churn"],
  },
  {
    name: "newer-term-in-answers-ignored",
    about:
      "Only requests raise the term: a leader that learns of a newer term from a reply keeps leading.",
    source: "§5.1",
    edits: [
      {
        file: STEP,
        find: "if (message.term <= state.term || isPreVote(message))",
        replace: "if (message.term <= state.term || isPreVote(message) || isAnswer(message))",
      },
    ],
    hunts: ["elections", "churn"],
  },
  {
    name: "votes-not-withheld",
    about: "A server that hears its leader votes anyway, so a lease prevents no election.",
    source: "dissertation 4.2.3, 6.4.1; etcd #6005",
    edits: [
      {
        file: VOTE,
        find: 'return role.type === "leader" || (role.type === "follower" && role.heard);',
        replace: "return false;",
      },
    ],
    hunts: ["leases-bridge"],
  },
  {
    name: "leader-without-majority",
    about:
      "A leader that no majority answers keeps leading, and the servers that still hear it elect no other leader.",
    source: "dissertation 6.2; openraft #2080",
    edits: [
      {
        file: "packages/core/src/leader.ts",
        find: "return beats >= quorumBeats ? undefined : { round: role.check.round, beats };",
        replace: "return { round: role.check.round, beats };",
      },
    ],
    hunts: ["deaf-leader"],
  },
  {
    name: "lone-server-asks-nobody",
    about: "A server that is alone in its cluster waits for pre-votes of others.",
    source: "§5.2",
    edits: [
      {
        file: TRANSITION,
        find: "if (decides(membershipOf(env, state), votes)) return becomeCandidate(env, state, false);",
        replace: "",
      },
    ],
    hunts: ["lone"],
  },
  {
    name: "no-entry-of-own-term",
    about: "A new leader appends no entry of its own term, so it does not learn what is committed.",
    source: "§5.4.2, §8; the original kontiki",
    edits: [
      {
        file: TRANSITION,
        find: 'config.noop ? [{ type: "appendLog", entries: [noop] }] : [];',
        replace: "[];",
      },
    ],
    hunts: ["reads", "churn"],
  },
  {
    name: "transfer-waits-for-nobody",
    about:
      "The vote request of a transfer target is not marked as a transfer, so servers withhold their votes.",
    source: "dissertation 3.10, 4.2.3; canonical/raft #203",
    edits: [
      {
        file: "packages/core/src/transfer.ts",
        find: "return becomeCandidate(env, state, true);",
        replace: "return becomeCandidate(env, state, false);",
      },
    ],
    hunts: ["transfers"],
  },
  {
    name: "transfer-to-one-behind",
    about: "A leader transfers to a server that lacks entries.",
    source: "dissertation 3.10",
    edits: [
      {
        file: "packages/core/src/transfer.ts",
        find: "if (role.progress[target]?.match !== env.log.lastIndex) return unchanged(state);",
        replace: "",
      },
    ],
    hunts: ["transfers"],
  },
];
