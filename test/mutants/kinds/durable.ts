import type { Variant } from "../planted.ts";

const STEP = "packages/core/src/step.ts";
const PERFORMER = "packages/actors/src/node/performer.ts";
const ACTOR = "packages/actors/src/node/node-actor.ts";

/** Variants of: what counts as being on a disk, and when (§5.2, Figure 2, dissertation 10.2.1). */
export const DURABLE: readonly Variant[] = [
  {
    id: "durable-for-a-replaced-entry",
    about: "A report that an entry is durable counts although that entry was replaced since.",
    edits: [
      {
        file: STEP,
        find: "if (env.log.termAt(event.index) !== event.term) return unchanged(state);",
        replace: "",
      },
    ],
  },
  {
    id: "durable-for-any-entry-there",
    about: "A report that an entry is durable counts for whatever entry is at its index now.",
    edits: [
      {
        file: STEP,
        find: "if (env.log.termAt(event.index) !== event.term) return unchanged(state);",
        replace: "if (env.log.termAt(event.index) === undefined) return unchanged(state);",
      },
    ],
  },
  {
    id: "durable-one-after-the-cut",
    about: "After a cut, the first entry that was removed still counts as durable.",
    edits: [
      {
        file: "packages/core/src/accept.ts",
        find: "const durable = cutAfter === undefined ? state.durable : minIndex(state.durable, cutAfter);",
        replace:
          "const durable = cutAfter === undefined ? state.durable : minIndex(state.durable, indexAfter(cutAfter));",
      },
    ],
  },
  {
    id: "durable-survives-a-snapshot",
    about: "A log that a snapshot replaced still counts as durable.",
    edits: [
      {
        file: "packages/core/src/receive-snapshot.ts",
        find: "durable: index,",
        replace: "durable: maxIndex(state.durable, index),",
      },
    ],
  },
  {
    id: "durable-one-entry-early",
    about: "The entry after the last durable one counts as durable.",
    edits: [
      {
        file: "packages/core/src/commit.ts",
        find: "voter === env.config.id ? state.durable : (role.progress[voter]?.match ?? INDEX_ZERO),",
        replace:
          "voter === env.config.id ? (Math.min(state.durable + 1, env.log.lastIndex) as typeof state.durable) : (role.progress[voter]?.match ?? INDEX_ZERO),",
      },
    ],
  },
  {
    id: "entries-before-term-and-vote",
    about: "A new leader's entries leave although its term and vote are not on its disk yet.",
    edits: [
      {
        file: PERFORMER,
        find: "const box = promisesNothing(message) && this.#hardStateSynced ? this.early : this.held;",
        replace: "const box = promisesNothing(message) ? this.early : this.held;",
      },
    ],
  },
  {
    id: "entries-after-an-old-sync",
    about: "A changed term or vote does not hold back what a leader sends in the same turn.",
    edits: [{ file: PERFORMER, find: "this.#hardStateSynced = false;", replace: "" }],
  },
  {
    id: "refusal-before-the-sync",
    about: "A rejection of entries, which names a term, leaves before that term is on the disk.",
    edits: [
      {
        file: PERFORMER,
        find: 'return type === "appendEntries" || type === "snapshotChunk" || type === "timeoutNow";',
        replace:
          'return type === "appendEntries" || type === "snapshotChunk" || type === "timeoutNow" || type === "appendRejected";',
      },
    ],
  },
  {
    id: "read-question-before-the-sync",
    about:
      "A follower's request for a read, which names a term, leaves before that term is on the disk.",
    edits: [
      {
        file: PERFORMER,
        find: 'return type === "appendEntries" || type === "snapshotChunk" || type === "timeoutNow";',
        replace:
          'return type === "appendEntries" || type === "snapshotChunk" || type === "timeoutNow" || type === "readRequest";',
      },
    ],
  },
  {
    id: "durable-at-the-flush",
    about: "A leader counts its entries as durable in the turn that writes them, before the sync.",
    edits: [
      {
        file: ACTOR,
        find: "this.#storage.flush();",
        replace: `this.#storage.flush();
    const written = this.#log.lastIndex;
    const writtenTerm = this.#log.termAt(written);
    if (writtenTerm !== undefined && this.state.durable < written)
      this.#step({ type: "durable", index: written, term: writtenTerm });`,
      },
    ],
  },
  {
    id: "durable-without-a-sync",
    about: "A batch that replaces no segment counts as durable without a sync, every other time.",
    edits: [
      {
        file: "packages/actors/src/storage/wal/wal.ts",
        find: `this.#file.sync();
      this.#neededNow = this.#needed;`,
        replace: `if (this.#last.sequence % 2 === 0) this.#file.sync();
      this.#neededNow = this.#needed;`,
      },
    ],
  },
];
