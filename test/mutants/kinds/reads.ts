import type { Variant } from "../planted.ts";

const READ = "packages/core/src/read.ts";
const ACCEPT = "packages/core/src/accept.ts";
const TRANSFER = "packages/core/src/transfer.ts";
const LEASE = "packages/actors/src/node/lease.ts";
const MAY_LEASE =
  "const mayLease = env.config.leases && role.transfer === undefined && !role.leaseGivenUp;";

/** Variants of: what a read may be answered from (dissertation 6.4). */
export const READS: readonly Variant[] = [
  {
    id: "follower-read-by-earlier-round",
    about: "A round that began before a follower's read came confirms that read.",
    edits: [
      {
        file: READ,
        find: "const read = { ...asked, index: state.commit, round: role.round + 1 };",
        replace:
          "const read = { ...asked, index: state.commit, round: role.round + (asked.from === undefined ? 1 : 0) };",
      },
    ],
  },
  {
    id: "round-of-an-earlier-lead-confirms",
    about:
      "A rejection of an older term's entries answers their round to the leader of the newer term.",
    edits: [
      {
        file: ACCEPT,
        find: "{ prevIndex }: AppendEntries<C>,",
        replace: "{ prevIndex, round }: AppendEntries<C>,",
      },
      { file: ACCEPT, find: "    round: 0,", replace: "    round," },
    ],
  },
  {
    id: "own-read-by-earlier-round",
    about: "A round that began before a leader's own read came confirms that read.",
    edits: [
      {
        file: READ,
        find: "const read = { ...asked, index: state.commit, round: role.round + 1 };",
        replace:
          "const read = { ...asked, index: state.commit, round: role.round + (asked.from === undefined ? 0 : 1) };",
      },
    ],
  },
  {
    id: "read-by-unfinished-round",
    about: "A read is released one round before it is confirmed.",
    edits: [
      {
        file: READ,
        find: "const released = role.reads.filter(({ round }) => round <= confirmed);",
        replace: "const released = role.reads.filter(({ round }) => round <= confirmed + 1);",
      },
      {
        file: READ,
        find: "const reads = role.reads.filter(({ round }) => round > confirmed);",
        replace: "const reads = role.reads.filter(({ round }) => round > confirmed + 1);",
      },
    ],
  },
  {
    id: "read-by-half-of-an-even-round",
    about: "Half of an even number of voters confirms a round.",
    edits: [
      {
        file: READ,
        find: "return decided(membershipOf(env, state), answeredBy) ?? 0;",
        replace: `const { voters, outgoing } = membershipOf(env, state);
  if (outgoing.length > 0) return decided(membershipOf(env, state), answeredBy) ?? 0;
  return voters.map(answeredBy).sort((a, b) => b - a)[Math.ceil(voters.length / 2) - 1] ?? 0;`,
      },
    ],
  },
  {
    id: "late-answer-confirms-later-round",
    about: "Any answer of a follower counts as an answer to the last round.",
    edits: [
      {
        file: "packages/core/src/leader.ts",
        find: "const progress = accepted(answered(known, reply.round), reply.match, env.log.firstIndex);",
        replace:
          'const now = state.role.type === "leader" ? state.role.round : reply.round;\n  const progress = accepted(answered(known, now), reply.match, env.log.firstIndex);',
      },
    ],
  },
  {
    id: "follower-answers-reads-itself",
    about: "A follower answers a read from its own commit index.",
    edits: [
      {
        file: READ,
        find: "return { state, effects: [send<C>(peerOf(env, state, leader), request)] };",
        replace:
          'void request;\n  return { state, effects: [{ type: "readReady", id, index: state.commit }] };',
      },
    ],
  },
  {
    id: "early-read-keeps-its-index",
    about:
      "A read that came before the first commit of the term is answered by the index known then.",
    edits: [
      {
        file: READ,
        find: "const index = env.log.termAt(read.index) === state.term ? read.index : state.commit;",
        replace: "const index = read.index;",
      },
    ],
  },
  {
    id: "reads-of-old-leader-released",
    about: "A server that stops leading answers its pending reads.",
    edits: [
      {
        file: READ,
        find: '.map(({ id }) => ({ type: "rejectRead", id, leader: undefined }));',
        replace: '.map(({ id, index }) => ({ type: "readReady", id, index }));',
      },
    ],
  },
  {
    id: "lease-kept-until-hand-over-fails",
    about: "A leader keeps its lease while it hands over, and gives it up when that has failed.",
    edits: [
      {
        file: READ,
        find: MAY_LEASE,
        replace:
          "const mayLease = env.config.leases && !(role.transfer === undefined && role.leaseGivenUp);",
      },
    ],
  },
  {
    id: "lease-taken-back-after-hand-over",
    about: "A leader takes its lease back when a hand-over has failed.",
    edits: [
      {
        file: READ,
        find: MAY_LEASE,
        replace: "const mayLease = env.config.leases && role.transfer === undefined;",
      },
    ],
  },
  {
    id: "lease-taken-back-by-failed-transfer",
    about: "The end of a failed hand-over gives the leader its lease back.",
    edits: [
      {
        file: TRANSFER,
        find: "state: { ...state, role: { ...role, transfer: undefined } },",
        replace:
          "state: { ...state, role: { ...role, transfer: undefined, leaseGivenUp: false } },",
      },
    ],
  },
  {
    id: "lease-before-first-commit",
    about: "A leased read is answered before the leader has committed an entry of its term.",
    edits: [
      {
        file: READ,
        find: "if (leased && mayLease && knowsCommitted(env, state))",
        replace: "if (leased && mayLease)",
      },
    ],
  },
  {
    id: "lease-from-unanswered-round",
    about: "A lease is counted from the last round, whether or not a majority has answered it.",
    edits: [
      {
        file: LEASE,
        find: "const last = this.#begun.findLastIndex(({ round }) => round <= confirmed);",
        replace: "const last = confirmed > 0 ? this.#begun.length - 1 : -1;",
      },
    ],
  },
  {
    id: "lease-without-drift",
    about: "A lease leaves no room for clocks that run at different rates.",
    edits: [
      {
        file: LEASE,
        find: "this.#lengthMs = electionTimeoutMs / (1 + clockDrift);",
        replace: "this.#lengthMs = electionTimeoutMs * (1 + 0 * clockDrift);",
      },
    ],
  },
  {
    id: "lease-by-the-time-of-the-answer",
    about: "A lease is counted from the time at which it is looked at, once a round is confirmed.",
    edits: [
      {
        file: LEASE,
        find: "this.#begun = this.#begun.slice(last);",
        replace:
          "this.#begun = this.#begun.slice(last).map(({ round }, at) => ({ round, at: at === 0 ? now : begun.at }));",
      },
    ],
  },
  {
    id: "vote-for-others-after-newer-term",
    about: "With leases, a newer term ends the time for which a follower withholds its vote.",
    edits: [
      {
        file: "packages/core/src/transition.ts",
        find: 'const heard = config.leases && role.type === "follower" && role.heard;',
        replace: 'const heard = config.leases && role.type === "candidate";',
      },
    ],
  },
];
