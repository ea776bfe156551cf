import type { Mutant } from "./mutant.ts";

const FETCH = "packages/core/src/fetch.ts";
const SALVAGE = "packages/actors/src/storage/wal/wal-salvage.ts";
const SOURCE = "Alagappan et al., FAST '18, section 3.4";

/** Mutants of the repair of damaged logs without a leader, and of what recovery keeps for it. */
export const DAMAGE_MUTANTS: readonly Mutant[] = [
  {
    name: "agreement-by-later-end",
    about: "Two logs count as the same up to the later of their last entries of a term.",
    source: "Log Matching, §5.3; " + SOURCE,
    edits: [
      {
        file: "packages/core/src/salvage.ts",
        find: "agreed = maxIndex(agreed, minIndex(index, last));",
        replace: "agreed = maxIndex(agreed, maxIndex(index, last));",
      },
    ],
    hunts: ["explore-damage"],
  },
  {
    name: "own-entries-not-joined",
    about: "A server takes its own salvaged entries after a log that another leader began.",
    source: "Log Matching, §5.3; " + SOURCE,
    edits: [
      {
        file: FETCH,
        find: "return isBeginning(state, lost, last) ? ownEntries(env, lost, last.index) : [];",
        replace:
          "return isBeginning(state, lost, last) || true ? ownEntries(env, lost, last.index) : [];",
      },
    ],
    hunts: ["explore-join"],
  },
  {
    name: "fetched-entries-not-joined",
    about: "A server takes entries without checking the term of the entry before them.",
    source: "§5.3, the consistency check",
    edits: [
      {
        file: FETCH,
        find: "const joins = prevTerm === undefined ? isBeginning(state, lost, last) : prevTerm === last.term;",
        replace:
          "const joins = prevTerm !== undefined || isBeginning(state, lost, last) || last.index > 0;",
      },
    ],
    hunts: ["explore-minority"],
  },
  {
    name: "damaged-log-stands",
    about: "A server that lost acknowledged entries stands for election.",
    source: SOURCE,
    edits: [
      {
        file: "packages/core/src/in-force.ts",
        find: "if (state.horizon !== undefined || hasOtherDisk) return false;",
        replace: "if (hasOtherDisk) return false;",
      },
    ],
    hunts: ["explore-damage"],
  },
  {
    name: "salvage-not-offered",
    about: "A server gives others only its log, and not what it salvaged of a damaged one.",
    source: SOURCE,
    edits: [
      {
        file: FETCH,
        find: "for (const copy of [live, ...(salvage?.logs ?? [])]) {",
        replace: "for (const copy of salvage === undefined ? [live] : [live]) {",
      },
    ],
    hunts: ["scatter"],
  },
  {
    name: "damage-thrown-away",
    about: "Damaged files are removed instead of set aside.",
    source: SOURCE,
    edits: [
      {
        file: "packages/actors/src/storage/disk/set-aside.ts",
        find: "disk.rename(name, aside);",
        replace: "disk.remove(name);",
      },
    ],
    hunts: ["scatter"],
  },
  {
    name: "salvage-across-cut",
    about: "Entries on both sides of a lost write count as one log, although that write cut it.",
    source: "Log Matching, §5.3",
    edits: [
      {
        file: SALVAGE,
        find: "if (before === undefined || before.cuts !== this.#cuts) this.#forget();",
        replace: "if (before === undefined) this.#forget();",
      },
    ],
    hunts: ["torn-logs"],
  },
  {
    name: "last-entry-of-hole-unknown",
    about: "The position before an intact write after damage is not used.",
    source: SOURCE,
    edits: [
      {
        file: SALVAGE,
        find: "if (before !== undefined && !this.#isAtEnd) this.mark(before.last);",
        replace: "",
      },
    ],
    hunts: ["scatter", "torn-logs"],
  },
  {
    name: "last-write-forgotten",
    about: "Damage of the last write counts as a torn tail, although the promise file records it.",
    source: "§5.2, Figure 2; Alagappan et al., FAST '18, section 3.3",
    edits: [
      {
        file: "packages/actors/src/storage/wal/wal-recovery.ts",
        find: "if (count <= 0) return undefined;",
        replace: "if (count <= 0 || count > 0) return undefined;",
      },
    ],
    hunts: ["scatter"],
  },
];
