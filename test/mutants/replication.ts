import type { Mutant } from "./mutant.ts";

const ACCEPT = "packages/core/src/accept.ts";
const QUORUM = "packages/core/src/quorum.ts";
const COMMIT = "packages/core/src/commit.ts";
const REPLICATE = "packages/core/src/replicate.ts";
const STEP = "packages/core/src/step.ts";

/** Mutants of replication and commitment (§5.3, §5.4.2). */
export const REPLICATION_MUTANTS: readonly Mutant[] = [
  {
    name: "previous-term-not-checked",
    about: "A follower appends after any entry at the right index, whatever its term.",
    source: "§5.3",
    edits: [
      {
        file: ACCEPT,
        find: "if (log.termAt(prevIndex) !== prevTerm)",
        replace: "if (log.termAt(prevIndex) === undefined)",
      },
    ],
    hunts: ["explore", "churn"],
  },
  {
    name: "cut-without-conflict",
    about: "An old message that arrives late removes entries of a newer one.",
    source: "§5.3; async-raft 9540c904",
    edits: [
      {
        file: ACCEPT,
        find: "const first = entries.findIndex((entry) => log.termAt(entry.index) !== entry.term);",
        replace: "const first = entries.length === 0 ? -1 : 0;",
      },
      {
        file: ACCEPT,
        find: "cutAfter === undefined || cutAfter >= state.commit,",
        replace: "true,",
      },
    ],
    hunts: ["churn"],
  },
  {
    name: "conflict-not-cut",
    about:
      "A follower keeps entries that conflict with its leader's, and acknowledges the leader's.",
    source: "§5.3",
    edits: [
      {
        file: ACCEPT,
        find: "const first = entries.findIndex((entry) => log.termAt(entry.index) !== entry.term);",
        replace:
          "const first = entries.findIndex((entry) => log.termAt(entry.index) === undefined);",
      },
    ],
    hunts: ["explore", "churn"],
  },
  {
    name: "acknowledges-its-own-end",
    about:
      "A follower acknowledges its whole log, including the part that was not compared with the leader's.",
    source: "§5.3; the original kontiki, CCF #2835",
    edits: [
      {
        file: ACCEPT,
        find: 'effects.push(send<C>(from, { type: "appendAccepted", term: state.term, match, round }));',
        replace:
          'effects.push(send<C>(from, { type: "appendAccepted", term: state.term, match: maxIndex(match, log.lastIndex), round }));',
      },
    ],
    hunts: ["explore", "churn"],
  },
  {
    name: "commits-its-own-end",
    about:
      "A follower adopts the leader's commit index even for entries that were not compared with the leader's log.",
    source: "§5.3; the original kontiki",
    edits: [
      {
        file: ACCEPT,
        find: "minIndex(message.commit, match)",
        replace: "minIndex(message.commit, maxIndex(match, log.lastIndex))",
      },
    ],
    hunts: ["explore", "churn"],
  },
  {
    name: "old-leader-obeyed",
    about: "A follower accepts entries from a leader of an old term.",
    source: "§5.1",
    edits: [
      {
        file: STEP,
        find: "if (!isStale) return onAppendEntries(env, state, from, message);",
        replace: "return onAppendEntries(env, state, from, message);",
      },
      {
        file: "packages/core/src/follower.ts",
        find: `assert(role.type !== "leader", "a term has one leader (Election Safety)");`,
        replace: "",
      },
      {
        file: "packages/core/src/follower.ts",
        find: `assert(known === undefined || known === leader, "a term has one leader (Election Safety)");`,
        replace: "",
      },
    ],
    hunts: ["explore", "churn"],
  },
  {
    name: "commits-older-term",
    about: "A leader commits an entry of an older term because a majority holds it.",
    source: "§5.4.2, Figure 8; the original kontiki, LogCabin #44, canonical/raft #220",
    edits: [
      {
        file: COMMIT,
        find: "if (held === undefined || held <= state.commit || env.log.termAt(held) !== state.term)",
        replace: "if (held === undefined || held <= state.commit)",
      },
    ],
    hunts: ["explore", "churn"],
  },
  {
    name: "leader-counts-itself-early",
    about: "A leader counts itself for entries that are not on its disk yet.",
    source: "dissertation 10.2.1; etcd #8144, d-engine #329",
    edits: [
      {
        file: COMMIT,
        find: "voter === env.config.id ? state.durable :",
        replace: "voter === env.config.id ? env.log.lastIndex :",
      },
    ],
    hunts: ["explore-async"],
  },
  {
    name: "durable-survives-cut",
    about:
      "After entries were removed, the old durable index counts for the entries that replace them.",
    source: "etcd/raft PR 8 (ABA)",
    edits: [
      {
        file: ACCEPT,
        find: "const durable = cutAfter === undefined ? state.durable : minIndex(state.durable, cutAfter);",
        replace: "const durable = state.durable;",
      },
    ],
    hunts: ["explore-async"],
  },
  {
    name: "majority-of-even",
    about: "Half of an even number of servers counts as a majority.",
    source: "§5.2; openraft #1802",
    edits: [
      {
        file: QUORUM,
        find: "return Math.floor(size / 2) + 1;",
        replace: "return Math.ceil(size / 2);",
      },
    ],
    hunts: ["explore-four", "even"],
  },
  {
    name: "one-server-too-few",
    about: "An entry is committed with one server less than a majority.",
    source: "§5.3; raft-java #21",
    edits: [
      {
        file: QUORUM,
        find: "return sorted[majority(sorted.length) - 1];",
        replace: "return sorted[Math.max(0, majority(sorted.length) - 2)];",
      },
    ],
    hunts: ["explore", "churn"],
  },
  {
    name: "sorted-as-text",
    about: "Match indexes are sorted as text, so 10 comes before 9.",
    source: "§5.3; the order that JavaScript sorts numbers in",
    edits: [
      {
        file: QUORUM,
        find: "const sorted = voters.map(reachedBy).sort((a, b) => b - a);",
        replace: "const sorted = voters.map(reachedBy).sort().reverse();",
      },
    ],
    hunts: ["churn"],
  },
  {
    name: "lost-question-not-repeated",
    about:
      "A leader probes a follower's log only once: if the probe is lost, the follower receives nothing more.",
    source: "§5.3",
    edits: [
      {
        file: REPLICATE,
        find: 'if (progress.type === "probe") return sendProbe(env, asking, peer, progress);',
        replace: `if (progress.type === "probe")
      return progress.waiting ? { progress, effects: [] } : sendProbe(env, asking, peer, progress);`,
      },
    ],
    hunts: ["elections", "churn"],
  },
  {
    name: "commit-recovered",
    about: "A server that starts treats its whole log as committed.",
    source: "§5.4.2, Figure 2; the original kontiki",
    edits: [
      {
        file: "packages/core/src/restore.ts",
        find: "commit: snapshot?.index ?? INDEX_ZERO,",
        replace: "commit: log.lastIndex,",
      },
    ],
    hunts: ["explore", "churn"],
  },
];
