import type { Variant } from "../planted.ts";

const LEADER = "packages/core/src/leader.ts";
const VOTE = "packages/core/src/vote.ts";
const STEP = "packages/core/src/step.ts";
const FOLLOWER = "packages/core/src/follower.ts";
const PROGRESS = "packages/core/src/progress.ts";
const TRANSFER = "packages/core/src/transfer.ts";

/** Variants of: a cluster that could make progress and does not, or disturbs itself. */
export const LIVENESS: readonly Variant[] = [
  {
    id: "quorum-check-off",
    about: "A leader that no majority answers keeps leading.",
    edits: [
      {
        file: LEADER,
        find: "if (check === undefined) return stepDown(state, role);",
        replace: "",
      },
      {
        file: LEADER,
        find: "const checked: Leader = { ...role, check };",
        replace: "const checked: Leader = { ...role, check: check ?? role.check };",
      },
      {
        file: LEADER,
        find: 'import { stepDown } from "./transition.ts";',
        replace: "",
      },
    ],
  },
  {
    id: "quorum-check-renewed-by-one",
    about: "A leader that hears a single follower keeps leading.",
    edits: [
      {
        file: LEADER,
        find: "if (quorumBeats === 0 || confirmedRound(env, state, role) >= role.check.round)",
        replace: `const heard = Math.max(0, ...Object.values(role.progress).map(({ round }) => round));
  if (quorumBeats === 0 || heard >= role.check.round || confirmedRound(env, state, role) >= role.check.round)`,
      },
    ],
  },
  {
    id: "quorum-check-far-too-slow",
    about: "A leader that no majority answers leads ten times as long.",
    edits: [
      {
        file: LEADER,
        find: "return beats >= quorumBeats ? undefined",
        replace: "return beats >= 10 * quorumBeats ? undefined",
      },
    ],
  },
  {
    id: "quorum-check-too-eager",
    about: "A leader steps down when one heartbeat was not answered by a majority.",
    edits: [
      {
        file: LEADER,
        find: "return beats >= quorumBeats ? undefined",
        replace: "return beats >= 1 ? undefined",
      },
    ],
  },
  {
    id: "pre-vote-ignores-logs",
    about: "A server promises its vote to a server whose log it would not vote for.",
    edits: [
      {
        file: VOTE,
        find: "const granted = request.term > state.term && holdsOurs(env, state, request);",
        replace: "const granted = request.term > state.term && env !== undefined;",
      },
    ],
  },
  {
    id: "pre-vote-not-withheld",
    about: "A server that hears its leader promises its vote to another.",
    edits: [
      {
        file: STEP,
        find: 'return message.type === "requestPreVote";\n}',
        replace: "return false;\n}",
      },
    ],
  },
  {
    id: "vote-not-withheld",
    about: "A server that hears its leader answers requests for votes, but not for promises.",
    edits: [
      {
        file: STEP,
        find: 'if (message.type === "requestVote") return !message.transfer;',
        replace: "",
      },
    ],
  },
  {
    id: "withheld-by-candidates-too",
    about: "A candidate ignores the requests of other candidates.",
    edits: [
      {
        file: VOTE,
        find: 'return role.type === "leader" || (role.type === "follower" && role.heard);',
        replace: 'return role.type !== "follower" || role.heard;',
      },
    ],
  },
  {
    id: "backs-up-one-entry-at-a-time",
    about: "A leader goes back one entry with each rejection.",
    edits: [
      {
        file: LEADER,
        find: "return maxIndex(bounded, indexAfter(INDEX_ZERO));",
        replace: "void bounded;\n  return maxIndex(reply.prevIndex, indexAfter(INDEX_ZERO));",
      },
    ],
  },
  {
    id: "backs-up-to-the-beginning",
    about: "A leader goes back to the first entry with any rejection.",
    edits: [
      {
        file: LEADER,
        find: "return maxIndex(bounded, indexAfter(INDEX_ZERO));",
        replace: "void bounded;\n  return indexAfter(INDEX_ZERO);",
      },
    ],
  },
  {
    id: "conflict-at-the-beginning-of-the-log",
    about: "A follower that rejects entries names the first entry of its log.",
    edits: [
      {
        file: "packages/core/src/accept.ts",
        find: ": firstOfTerm(log, prevIndex, conflictTerm);",
        replace: ": (void firstOfTerm, log.firstIndex);",
      },
    ],
  },
  {
    id: "proposals-during-hand-over",
    about: "A leader that hands over accepts proposals.",
    edits: [
      {
        file: LEADER,
        find: 'if (role.transfer !== undefined) return "transferring";',
        replace: "",
      },
    ],
  },
  {
    id: "changes-during-hand-over",
    about: "A leader that hands over accepts a membership change.",
    edits: [
      {
        file: "packages/core/src/leader-membership.ts",
        find: 'if (role.transfer !== undefined) return "leadership is being transferred";',
        replace: "",
      },
    ],
  },
  {
    id: "hand-over-never-fails",
    about: "A leader whose target does not take over waits for it forever.",
    edits: [
      {
        file: TRANSFER,
        find: "if (beats + 1 >= beatsOf(env.config)) {",
        replace: "if (beats + 1 >= 1_000_000 * beatsOf(env.config)) {",
      },
    ],
  },
  {
    id: "hand-over-asks-once",
    about: "A target of a hand-over is told once, and the message may be lost.",
    edits: [
      {
        file: TRANSFER,
        find: "return { state: next, effects: told ? [timeoutNow(env, state, target)] : [] };",
        replace:
          "return { state: next, effects: told && beats < 0 ? [timeoutNow(env, state, target)] : [] };",
      },
    ],
  },
  {
    id: "heartbeat-does-not-reset-timer",
    about: "A follower stands for election although it hears its leader.",
    edits: [
      {
        file: FOLLOWER,
        find: "return { state: accepted.state, effects: [resetElectionTimer, ...accepted.effects] };",
        replace: "void resetElectionTimer;\n  return accepted;",
      },
    ],
  },
  {
    id: "refused-vote-resets-timer",
    about: "A request for a vote that is refused resets the timer.",
    edits: [
      {
        file: VOTE,
        find: "if (!granted) return { state, effects: [reply] };",
        replace: "if (!granted) return { state, effects: [resetElectionTimer, reply] };",
      },
    ],
  },
  {
    id: "granted-vote-keeps-timer",
    about: "A server that has given its vote stands for election as soon as if it had not.",
    edits: [
      {
        file: VOTE,
        find: "return { state: { ...state, votedFor: from.node }, effects: [resetElectionTimer, reply] };",
        replace:
          "void resetElectionTimer;\n  return { state: { ...state, votedFor: from.node }, effects: [reply] };",
      },
    ],
  },
  {
    id: "window-never-opens",
    about: "Answered entries stay in a follower's window until it is full.",
    edits: [
      {
        file: PROGRESS,
        find: "const inflight = progress.inflight.filter((last) => last > known);",
        replace: "const { inflight } = progress;",
      },
    ],
  },
  {
    id: "window-not-bounded",
    about: "A slow follower is sent everything at once.",
    edits: [
      {
        file: PROGRESS,
        find: 'return progress.type === "replicate" && progress.inflight.length < config.maxInflight;',
        replace: 'return progress.type === "replicate" && config.maxInflight > 0;',
      },
    ],
  },
  {
    id: "dead-follower-not-probed",
    about: "A leader does not probe a follower whose thread has ended.",
    edits: [
      {
        file: LEADER,
        find: "return unchanged(withProgress(state, node, interrupted(progress)));",
        replace: "void interrupted;\n  return unchanged(state);",
      },
    ],
  },
  {
    id: "dead-leader-waited-for",
    about: "A follower whose leader has died waits for a whole election timeout.",
    edits: [
      {
        file: FOLLOWER,
        find: "return { state: next, effects: mayStand(env, state) ? [hastenElectionTimer] : [] };",
        replace:
          "return { state: mayStand(env, state) && hastenElectionTimer ? next : next, effects: [] };",
      },
    ],
  },
  {
    id: "lost-snapshot-sent-forever",
    about: "A leader keeps sending a snapshot that it can no longer read.",
    edits: [
      {
        file: "packages/core/src/compaction.ts",
        find: "return [node, lost ? interrupted(progress) : progress] as const;",
        replace: "return [node, lost && interrupted(progress) ? progress : progress] as const;",
      },
    ],
  },
  {
    id: "busy-forever",
    about: "A leader counts committed commands among the uncommitted ones.",
    edits: [
      {
        file: LEADER,
        find: "const uncommitted = log.bytesBetween(commit, log.lastIndex);",
        replace:
          "const uncommitted = log.bytesBetween(previousIndex(minIndex(log.firstIndex, indexAfter(commit))), log.lastIndex);",
      },
    ],
  },
];
