import type { Recovered } from "@kontiki/actors/node";
import type { Snapshot, State } from "@kontiki/core";
import type { CoreStep, Happening } from "../engine/observer.ts";
import { PerNode, rowsOf, type RunPoints, type RunWatch, type Table } from "./run-point.ts";

type Name =
  | "storage.torn"
  | "storage.lostTerm"
  | "storage.keptTerm"
  | "storage.lostVote"
  | "storage.lostEntries"
  | "storage.keptEntries"
  | "storage.cutUndone"
  | "storage.cutKept"
  | "storage.halfInstalled"
  | "storage.voteRemembered"
  | "storage.crashedLeading"
  | "storage.crashedReceiving"
  | "storage.crashedInTransfer"
  | "storage.crashedJoint"
  | "storage.failed"
  | "storage.failedLeading"
  | "storage.wiped"
  | "storage.damaged"
  | "storage.damagedHarmlessly"
  | "storage.lastWriteDamaged"
  | "storage.horizonKept"
  | "storage.damagedAgain"
  | "storage.refused";

const TABLE: Table<Name> = {
  "storage.torn": [undefined, "A crash left a part of the last write in the log."],
  "storage.lostTerm": [
    "3.8",
    "A crash lost a term that was not durable, and nothing had promised it.",
  ],
  "storage.keptTerm": ["3.8", "A crash left a term or vote that was written and not durable."],
  "storage.lostVote": [
    "3.8",
    "A node crashed after it had decided for a vote and before that was durable.",
  ],
  "storage.lostEntries": ["3.8", "A crash lost entries that were not durable."],
  "storage.keptEntries": ["3.8", "A crash left entries that were written and not durable."],
  "storage.cutUndone": ["§5.3", "A crash brought back entries that had been removed."],
  "storage.cutKept": [
    "§5.3",
    "A crash left a removal of entries that was written and not durable.",
  ],
  "storage.halfInstalled": [
    "§7",
    "A node crashed after a received snapshot was durable and before its log was.",
  ],
  "storage.voteRemembered": ["3.8", "A node started again in the term in which it had voted."],
  "storage.crashedLeading": [
    "3.7",
    "A leader crashed with entries that its disk did not hold yet.",
  ],
  "storage.crashedReceiving": ["§7", "A node crashed while it received a snapshot."],
  "storage.crashedInTransfer": ["3.10", "A leader crashed while it transferred its leadership."],
  "storage.crashedJoint": ["4.3", "A leader crashed in a joint membership."],
  "storage.failed": [
    undefined,
    "A node's disk failed, and the node recovered from it in the same process.",
  ],
  "storage.failedLeading": [undefined, "A leader's disk failed."],
  "storage.wiped": ["4.4", "A node started with another disk than before."],
  "storage.damaged": [undefined, "A start found damage, and promised entries missing."],
  "storage.damagedHarmlessly": [undefined, "A start found damage, and no promised entry missing."],
  "storage.lastWriteDamaged": [
    undefined,
    "The last write of a log was damaged after it had succeeded: it is not a torn one.",
  ],
  "storage.horizonKept": [
    undefined,
    "A node with a damaged log started again before it was repaired.",
  ],
  "storage.damagedAgain": [undefined, "A log that was not repaired yet was damaged again."],
  "storage.refused": [undefined, "A node refused to run with what its disk had."],
};

/** Situations of disks: what crashes lose and leave, and what a start finds. */
export const STORAGE: RunPoints = {
  points: rowsOf(TABLE),
  watch: (meet) => new StorageWatch(meet),
};

/** What was written to a disk since its last completed sync. */
type Unsynced = {
  hard: boolean;
  vote: boolean;
  log: boolean;
  cut: { readonly after: number; term: number | undefined } | undefined;
  installed: Snapshot | undefined;
};

class DiskMemory {
  state: State | undefined;
  last = 0;
  uid = 0;
  starts = 0;
  horizon = false;
  unsynced: Unsynced = nothing();
  /** Whether anything may have been written since the last completed sync: most syncs have nothing to do. */
  isDirty = false;
  lost: Unsynced | undefined;
}

class StorageWatch implements RunWatch {
  readonly hears = ["synced", "ended", "refused", "started"] as const;
  readonly #meet: (name: Name) => void;
  readonly #disks = new PerNode(() => new DiskMemory());

  constructor(meet: (name: Name) => void) {
    this.#meet = meet;
  }

  onStep({ node, before, after, effects }: CoreStep): void {
    if (before === after && effects.length === 0) return;
    const disk = this.#disks.of(node);
    disk.state = after;
    disk.horizon = after.horizon !== undefined;
    if (effects.length === 0) return;
    const { unsynced } = disk;
    disk.isDirty = true;
    for (const effect of effects)
      switch (effect.type) {
        case "saveHardState":
          unsynced.hard = true;
          unsynced.vote ||= after.votedFor !== undefined && after.votedFor !== before.votedFor;
          break;
        case "appendLog":
          unsynced.log = true;
          disk.last = effect.entries.at(-1)?.index ?? disk.last;
          if (unsynced.cut !== undefined) unsynced.cut.term ??= effect.entries[0]?.term;
          break;
        case "truncateLog":
          disk.last = effect.after;
          unsynced.cut = { after: effect.after, term: undefined };
          break;
        case "installSnapshot":
          disk.last = effect.snapshot.index;
          unsynced.installed = effect.snapshot;
          break;
        default:
      }
  }

  onHappening(happening: Happening): void {
    switch (happening.type) {
      case "synced":
        return this.#synced(this.#disks.of(happening.node));
      case "ended":
        return this.#ended(happening);
      case "refused":
        return this.#meet("storage.refused");
      case "started":
        return this.#started(happening);
      default:
    }
  }

  #synced(disk: DiskMemory): void {
    if (!disk.isDirty) return;
    disk.unsynced = nothing();
    disk.isDirty = false;
  }

  #ended({ node, cause, kept }: Happening & { readonly type: "ended" }): void {
    const disk = this.#disks.of(node);
    const { state, unsynced } = disk;
    const hasFailed = cause === "its disk failed";
    if (hasFailed) this.#meet("storage.failed");
    const role = state?.role;
    if (role?.type === "leader") {
      if (hasFailed) this.#meet("storage.failedLeading");
      if (unsynced.log) this.#meet("storage.crashedLeading");
      if (role.transfer !== undefined) this.#meet("storage.crashedInTransfer");
      if ((state?.memberships.at(-1)?.membership.outgoing.length ?? 0) > 0)
        this.#meet("storage.crashedJoint");
    }
    if (role?.type === "follower" && role.receiving !== undefined)
      this.#meet("storage.crashedReceiving");
    if (unsynced.vote) this.#meet("storage.lostVote");
    // Only a loss of power loses what was written; a process that ends leaves it to the kernel.
    disk.lost = kept === undefined && !hasFailed ? undefined : unsynced;
    disk.unsynced = nothing();
  }

  #started({ node, uid, recovered }: Happening & { readonly type: "started" }): void {
    const disk = this.#disks.of(node);
    const isSame = disk.starts > 0 && disk.uid === uid;
    if (disk.starts > 0 && !isSame) this.#meet("storage.wiped");
    if (recovered.tornBytes > 0) this.#meet("storage.torn");
    this.#damage(disk, recovered, isSame);
    if (isSame && disk.state !== undefined) this.#compare(disk, disk.state, recovered);
    disk.starts += 1;
    disk.uid = uid;
    disk.state = undefined;
    disk.lost = undefined;
    disk.horizon = recovered.horizon !== undefined;
    disk.last = lastOf(recovered);
  }

  #damage(disk: DiskMemory, { damage, horizon }: Recovered, isSame: boolean): void {
    if (damage !== undefined)
      this.#meet(horizon === undefined ? "storage.damagedHarmlessly" : "storage.damaged");
    if (damage?.includes("which had succeeded") === true) this.#meet("storage.lastWriteDamaged");
    if (!isSame || !disk.horizon || horizon === undefined) return;
    this.#meet(damage === undefined ? "storage.horizonKept" : "storage.damagedAgain");
  }

  /** Compares what a start found with what was written before. */
  #compare({ lost, last }: DiskMemory, state: State, recovered: Recovered): void {
    const { hard, snapshot } = recovered;
    if (hard.votedFor !== undefined && hard.term === state.term)
      this.#meet("storage.voteRemembered");
    if (lost === undefined || recovered.damage !== undefined) return;
    const found = lastOf(recovered);
    if (lost.hard) this.#meet(hard.term < state.term ? "storage.lostTerm" : "storage.keptTerm");
    if (lost.log && lost.cut === undefined)
      this.#meet(found < last ? "storage.lostEntries" : "storage.keptEntries");
    if (lost.cut !== undefined) {
      const { after, term } = lost.cut;
      const there = recovered.entries.find(({ index }) => index === after + 1)?.term;
      const isBack = there !== undefined && there !== term;
      this.#meet(isBack ? "storage.cutUndone" : "storage.cutKept");
    }
    if (lost.installed !== undefined && snapshot?.index === lost.installed.index)
      this.#meet("storage.halfInstalled");
  }
}

function nothing(): Unsynced {
  return { hard: false, vote: false, log: false, cut: undefined, installed: undefined };
}

function lastOf({ entries, base }: Recovered): number {
  return entries.at(-1)?.index ?? base.index;
}
