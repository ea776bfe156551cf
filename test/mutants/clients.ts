import type { Mutant } from "./mutant.ts";

const READ = "packages/core/src/read.ts";
const ACTOR = "packages/actors/src/node/node-actor.ts";

/** Mutants of reads, sessions, clients and timers (§8, dissertation chapter 6). */
export const CLIENT_MUTANTS: readonly Mutant[] = [
  {
    name: "read-without-round",
    about: "A leader answers reads without confirming that it still leads.",
    source: "dissertation 6.4; d-engine #381",
    edits: [
      {
        file: READ,
        find: "const read = { ...asked, index: state.commit, round: role.round + 1 };",
        replace: "const read = { ...asked, index: state.commit, round: 0 };",
      },
    ],
    hunts: ["reads"],
  },
  {
    name: "read-by-earlier-round",
    about: "Replies of a round that began before a read confirm that read.",
    source: "dissertation 6.4; etcd #20418",
    edits: [
      {
        file: READ,
        find: "const read = { ...asked, index: state.commit, round: role.round + 1 };",
        replace: "const read = { ...asked, index: state.commit, round: role.round };",
      },
    ],
    hunts: ["handover"],
  },
  {
    name: "read-before-first-commit",
    about: "A new leader answers reads before it knows everything that is committed.",
    source: "dissertation 6.4 step 1; etcd #7331, tikv PR 6340",
    edits: [
      {
        file: READ,
        find: 'if (role.type !== "leader" || role.reads.length === 0 || !knowsCommitted(env, state))',
        replace: 'if (role.type !== "leader" || role.reads.length === 0)',
      },
    ],
    hunts: ["reads"],
  },
  {
    name: "read-before-applied",
    about: "A read is answered from a state that lacks entries that the read must see.",
    source: "dissertation 6.4 step 3",
    edits: [
      {
        file: "packages/actors/src/node/reads.ts",
        find: "const due = this.#ready.filter(({ index }) => index <= applied);",
        replace: "const due = this.#ready;",
      },
      {
        file: "packages/actors/src/node/reads.ts",
        find: "this.#ready = this.#ready.filter(({ index }) => index > applied);",
        replace: "this.#ready = [];",
      },
    ],
    hunts: ["reads"],
  },
  {
    name: "lease-too-long",
    about: "A lease lasts longer than the other servers withhold their votes.",
    source: "dissertation 6.4.1; tikv #964, nebula #2723",
    edits: [
      {
        file: "packages/actors/src/node/lease.ts",
        find: "this.#lengthMs = electionTimeoutMs / (1 + clockDrift);",
        replace: "this.#lengthMs = 4 * electionTimeoutMs;",
      },
    ],
    hunts: ["leases"],
  },
  {
    name: "lease-kept-in-transfer",
    about: "A leader that transfers its leadership still trusts its lease.",
    source: "dissertation 6.4.1",
    edits: [
      {
        file: READ,
        find: "const mayLease = env.config.leases && role.transfer === undefined && !role.leaseGivenUp;",
        replace: "const mayLease = env.config.leases;",
      },
    ],
    hunts: ["leases-handover"],
  },
  {
    name: "lease-forgotten-at-start",
    about: "A server that restarts votes at once, although it may have just answered a leader.",
    source: "dissertation 6.4.1",
    edits: [
      {
        file: "packages/core/src/restore.ts",
        find: 'role: { type: "follower", leader: undefined, heard: leases, receiving: undefined },',
        replace:
          'role: { type: "follower", leader: undefined, heard: false, receiving: undefined },',
      },
    ],
    hunts: ["leases-restart"],
  },
  {
    name: "command-applied-twice",
    about: "A retried command is applied twice.",
    source: "dissertation 6.3; Jepsen on Redis-Raft, 2020",
    edits: [
      {
        file: "packages/actors/src/sessions/sessions.ts",
        find: "if (known !== undefined) return known;",
        replace: "",
      },
    ],
    hunts: ["churn", "elections"],
  },
  {
    name: "unknown-told-as-failed",
    about: "A client reports that a command was not applied although it only got no answer.",
    source: "dissertation 6.3; Jepsen on Redis-Raft, 2020",
    edits: [
      {
        file: "packages/actors/src/client/client-proposals.ts",
        find: "if (proposal.mayBeTaken || proposal.parcel !== 0)",
        replace: "if (proposal.parcel === -1)",
      },
    ],
    hunts: ["churn", "elections"],
  },
  {
    name: "applied-before-committed",
    about: "Entries are applied as soon as they are in the log.",
    source: "§5.3",
    edits: [
      {
        file: ACTOR,
        find: "const answers = this.#applier.apply(this.#log, commit, this.#turnEntries, answerTerm);",
        replace:
          "const answers = this.#applier.apply(this.#log, this.#log.lastIndex, this.#turnEntries, answerTerm);",
      },
    ],
    hunts: ["churn"],
  },
  {
    name: "stale-timer-counts",
    about: "A timeout in the mailbox counts although a heartbeat has reset its timer meanwhile.",
    source: "bedrock PR 329, adjoint-io/raft PR 74",
    edits: [{ file: ACTOR, find: "if (epoch !== this.timer.epoch) return;", replace: "" }],
    hunts: ["slow-follower"],
  },
];
