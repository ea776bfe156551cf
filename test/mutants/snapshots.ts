import type { Mutant } from "./mutant.ts";

const RECEIVE = "packages/core/src/receive-snapshot.ts";
const ACTOR = "packages/actors/src/node/node-actor.ts";

/** Mutants of snapshots and compaction (§7, dissertation chapter 5). */
export const SNAPSHOT_MUTANTS: readonly Mutant[] = [
  {
    name: "snapshot-keeps-conflict",
    about:
      "A follower whose log is as long as a snapshot keeps the log although its entries differ.",
    source: "§7; openraft #1761",
    edits: [
      {
        file: RECEIVE,
        find: "return index <= commit || log.termAt(index) === term;",
        replace: "return index <= commit || log.lastIndex >= index;",
      },
    ],
    hunts: ["snapshots"],
  },
  {
    name: "old-snapshot-taken",
    about:
      "A server installs a snapshot that is older than its commit index, so its state goes back.",
    source: "§7; etcd ignores snapshots that are behind its commit index",
    edits: [
      {
        file: RECEIVE,
        find: "return index <= commit || log.termAt(index) === term;",
        replace: "return log.termAt(index) === term;",
      },
    ],
    hunts: ["late-snapshots", "snapshots"],
  },
  {
    name: "snapshot-drops-suffix",
    about:
      "Installing a snapshot empties the log although its suffix matches, and removes acknowledged entries.",
    source: "§7, Figure 13 step 6",
    edits: [
      {
        file: RECEIVE,
        find: "return index <= commit || log.termAt(index) === term;",
        replace: "return index <= commit;",
      },
    ],
    hunts: ["late-snapshots"],
  },
  {
    name: "snapshot-without-membership",
    about: "A server that installs a snapshot keeps its old membership.",
    source: "dissertation 5.1",
    edits: [
      {
        file: RECEIVE,
        find: "memberships: [{ index, membership }],",
        replace: "memberships: state.memberships,",
      },
    ],
    hunts: ["membership-snapshots", "membership"],
  },
  {
    name: "snapshot-without-sessions",
    about: "A server that installs a snapshot forgets which client commands were applied.",
    source: "dissertation 6.3",
    edits: [
      {
        file: "packages/actors/src/node/applier.ts",
        find: "this.#sessions.restore(restoreParts(this.#machine, parts));",
        replace: "restoreParts(this.#machine, parts);",
      },
    ],
    hunts: ["snapshots"],
  },
  {
    name: "snapshot-ahead-of-state",
    about:
      "A snapshot claims to hold everything that is committed, but holds only what is applied.",
    source: "dissertation 5.1; ra PR 562",
    edits: [
      {
        file: ACTOR,
        find: "const index = this.#applier.applied;",
        replace: "const index = this.state.commit;",
      },
    ],
    hunts: ["snapshots"],
  },
  {
    name: "snapshot-of-later-membership",
    about: "A snapshot holds the latest membership of its server, which may never be committed.",
    source: "dissertation 5.1",
    edits: [
      {
        file: ACTOR,
        find: "this.#taker.begin({ index, term }, membershipAt(this.#stepper.env, this.state, index));",
        replace: "this.#taker.begin({ index, term }, this.membership.membership);",
      },
    ],
    hunts: ["membership-snapshots"],
  },
  {
    name: "compacted-before-durable",
    about: "The log is compacted although its snapshot is not on the disk yet.",
    source: "§7; a server must not lose both",
    edits: [
      {
        file: "packages/actors/src/storage/snapshot/written-snapshot.ts",
        find: "this.#file.publish(snapshotName(at));",
        replace: "",
      },
    ],
    hunts: ["snapshots", "power"],
  },
  {
    name: "part-not-sent-again",
    about: "A lost part of a snapshot is not sent again.",
    source: "§7; etcd #10225, dgraph PR 2707",
    edits: [
      {
        file: "packages/core/src/replicate.ts",
        find: "if (beats < CHUNK_BEATS) return { progress: { ...progress, beats }, effects: [] };",
        replace: "if (beats > 0) return { progress: { ...progress, beats }, effects: [] };",
      },
    ],
    hunts: ["snapshots"],
  },
  {
    name: "needed-segment-removed",
    about: "Compaction removes one segment too many, with entries that are needed.",
    source: "§7; ra PR 581 (unnoticed gaps)",
    edits: [
      {
        file: "packages/actors/src/storage/wal/wal.ts",
        find: "if (first === undefined || first >= this.#neededNow) return;",
        replace: "if (first === undefined || first > this.#neededNow) return;",
      },
    ],
    hunts: ["snapshots"],
  },
];
