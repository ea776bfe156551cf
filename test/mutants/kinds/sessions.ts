import type { Variant } from "../planted.ts";

const SESSIONS = "packages/actors/src/sessions/sessions.ts";
const SESSION = "packages/actors/src/sessions/session.ts";
const PARTS = "packages/actors/src/sessions/session-parts.ts";
const PROPOSALS = "packages/actors/src/client/client-proposals.ts";
const CLIENT = "packages/actors/src/client/client.ts";
const REJECT = "packages/actors/src/node/reject-proposals.ts";

/** Variants of: commands that are applied once, and clients that learn what happened to them (dissertation 6.3). */
export const SESSIONS_AND_CLIENTS: readonly Variant[] = [
  {
    id: "ended-sessions-not-in-snapshot",
    about: "A snapshot does not hold the sessions that were ended to make room.",
    edits: [
      {
        file: SESSIONS,
        find: "return { open: Array.from(this.#order, copyOf), ended: [...this.#ended] };",
        replace: "return { open: Array.from(this.#order, copyOf), ended: [] };",
      },
    ],
  },
  {
    id: "ended-sessions-not-restored",
    about: "A node that restores a snapshot forgets the sessions that were ended to make room.",
    edits: [
      {
        file: SESSIONS,
        find: "for (const [client, reached] of ended) this.#ended.set(client, reached);",
        replace: "void ended;",
      },
    ],
  },
  {
    id: "ended-session-opens-again",
    about: "A session that was ended to make room opens again.",
    edits: [
      {
        file: SESSIONS,
        find: "if (this.#isStale(reached, at) || this.#ended.has(client)) return;",
        replace: "if (this.#isStale(reached, at)) return;",
      },
    ],
  },
  {
    id: "idle-session-opens-again",
    about: "A session that ended because it was idle opens again.",
    edits: [
      {
        file: SESSIONS,
        find: "if (this.#isStale(reached, at) || this.#ended.has(client)) return;",
        replace: "if (this.#ended.has(client)) return;",
      },
    ],
  },
  {
    id: "expired-session-used",
    about: "A command of a session that is not open opens it.",
    edits: [
      {
        file: SESSIONS,
        find: "if (session !== undefined) raiseFloor(session, floor);",
        replace: `if (session !== undefined) raiseFloor(session, floor);
    else this.#add(newSession(client, at, at, 0));`,
      },
    ],
  },
  {
    id: "latest-session-ends-first",
    about: "The most recently used session ends to make room.",
    edits: [
      {
        file: SESSIONS,
        find: `const { oldest } = this.#order;
    if (oldest === undefined) return;`,
        replace: `const { latest: oldest } = this.#order;
    if (oldest === undefined) return;`,
      },
    ],
  },
  {
    id: "session-order-lost-in-snapshot",
    about: "A restored node has its sessions in another order, so others end first.",
    edits: [
      {
        file: SESSIONS,
        find: "for (const session of open) this.#add(session);",
        replace: "for (const session of open.toReversed()) this.#add(session);",
      },
    ],
  },
  {
    id: "last-use-lost-in-snapshot",
    about: "A restored session counts as used when it was opened.",
    edits: [
      {
        file: PARTS,
        find: "session = newSession(client, reached, usedAt, floor);",
        replace: "session = newSession(client, reached, Math.min(usedAt, reached), floor);",
      },
    ],
  },
  {
    id: "results-lost-in-snapshot",
    about: "A snapshot holds the sessions without the last result of each.",
    edits: [
      {
        file: PARTS,
        find: "if (result === undefined) continue;",
        replace: "if (result === undefined || distance === session.results.length - 1) continue;",
      },
    ],
  },
  {
    id: "floor-drops-one-result-too-many",
    about: "A result that its client still waits for is dropped.",
    edits: [
      {
        file: SESSION,
        find: "results.splice(0, floor - session.floor);",
        replace: "results.splice(0, floor - session.floor + 1);",
      },
    ],
  },
  {
    id: "floor-goes-back",
    about: "A late command lowers the floor of its session.",
    edits: [
      {
        file: SESSION,
        find: "if (floor <= session.floor) return;",
        replace: "if (floor === session.floor) return;",
      },
    ],
  },
  {
    id: "copy-shares-results",
    about: "A snapshot shares the results of sessions with later commands.",
    edits: [
      {
        file: SESSION,
        find: "results: results.slice() };",
        replace: "results };",
      },
    ],
  },
  {
    id: "forwarded-and-refused",
    about: "A node forwards a proposal to the leader and refuses it as well.",
    edits: [
      {
        file: REJECT,
        find: "return proposals.map(({ client, id, commands, forwarded }) =>",
        replace: `return proposals.flatMap(({ client, id, commands, forwarded }) => [
    { to: client, bytes: encodeParcel({ type: "refused", id, reason, leader }) },
    ...`,
      },
      {
        file: REJECT,
        find: `? { to: leader, bytes: encodeParcel({ type: "forward", client, id, commands }) }
      : { to: client, bytes: encodeParcel({ type: "refused", id, reason, leader }) },
  );`,
        replace: `? [{ to: leader, bytes: encodeParcel({ type: "forward", client, id, commands }) }]
      : []),
  ]);`,
      },
      {
        file: REJECT,
        find: 'reason === "notLeader" && leader',
        replace: '(reason === "notLeader" && leader',
      },
    ],
  },
  {
    id: "forwarded-again-and-again",
    about: "A forwarded proposal is forwarded again.",
    edits: [
      {
        file: REJECT,
        find: 'reason === "notLeader" && leader !== undefined && !forwarded',
        replace: 'reason === "notLeader" && leader !== undefined && forwarded !== undefined',
      },
    ],
  },
  {
    id: "death-of-node-as-refusal",
    about: "The death of a node counts as its refusal of what was sent to it.",
    edits: [
      {
        file: CLIENT,
        find: "this.#proposals.leave((each) => each === node);",
        replace: "this.#proposals.refuseAll((each) => each === node);",
      },
      {
        file: PROPOSALS,
        find: "/** Returns to the queue what was sent to nodes that satisfy a condition. */",
        replace: `refuseAll(holds: (node: NodeId | undefined) => boolean): void {
    this.#pending.requeue(this.#pending.where(({ parcel, sentTo }) => parcel !== 0 && holds(sentTo)));
  }
`,
      },
    ],
  },
  {
    id: "new-leader-as-refusal",
    about: "News of another leader counts as a refusal of what was sent to the old one.",
    edits: [
      {
        file: CLIENT,
        find: "this.#proposals.leave((node) => node !== leader);",
        replace: "this.#proposals.refuseAll((node) => node !== leader);",
      },
      {
        file: PROPOSALS,
        find: "/** Returns to the queue what was sent to nodes that satisfy a condition. */",
        replace: `refuseAll(holds: (node: NodeId | undefined) => boolean): void {
    this.#pending.requeue(this.#pending.where(({ parcel, sentTo }) => parcel !== 0 && holds(sentTo)));
  }
`,
      },
    ],
  },
  {
    id: "late-answer-as-refusal",
    about: "A parcel without an answer in time counts as refused.",
    edits: [
      { file: PROPOSALS, find: "this.#leaveOpen(late);", replace: "this.#pending.requeue(late);" },
    ],
  },
  {
    id: "expired-while-open-sent-again",
    about:
      "A command whose session has ended is sent again although an earlier attempt may be applied.",
    edits: [
      {
        file: PROPOSALS,
        find: `if (proposal.mayBeTaken) {
      const reason`,
        replace: `if (proposal.mayBeTaken && proposal.parcel === -1) {
      const reason`,
      },
      {
        file: PROPOSALS,
        find: `if (proposal.session === undefined || !proposal.mayBeTaken)
      proposal.session`,
        replace: "proposal.session",
      },
    ],
  },
  {
    id: "unknown-by-every-refusal",
    about: "A client that got only refusals reports that its command may be applied.",
    edits: [
      {
        file: PROPOSALS,
        find: "for (const [, proposal] of again) proposal.refusal = reason;",
        replace:
          "for (const [, proposal] of again) [proposal.refusal, proposal.mayBeTaken] = [reason, true];",
      },
    ],
  },
  {
    id: "overdue-is-definitely-not",
    about: "What is past its deadline is reported as not applied although a parcel is under way.",
    edits: [
      {
        file: PROPOSALS,
        find: "if (proposal.mayBeTaken || proposal.parcel !== 0)",
        replace: "if (proposal.mayBeTaken)",
      },
    ],
  },
  {
    id: "answers-of-an-older-term",
    about: "A leader answers clients also for entries that it did not append in its term.",
    edits: [
      {
        file: "packages/actors/src/node/applier.ts",
        find: "this.#answers = entry.term === answerTerm ? answers : undefined;",
        replace: "this.#answers = answerTerm === undefined ? undefined : answers;",
      },
    ],
  },
];
