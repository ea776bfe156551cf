import {
  atLeastAsUpToDate,
  sameHardState,
  sameMembership,
  sameSnapshot,
  type HardState,
  type LogPosition,
  type Snapshot,
  type Term,
} from "@kontiki/core";
import type { Recovered } from "@kontiki/actors/node";
import type { DiskContent } from "./disk-content.ts";
import type { DiskWitness } from "./disk-witness.ts";
import type { Placed } from "./placed.ts";
import type { Report } from "./report.ts";
import type { LogContent } from "./shadow-log.ts";

/**
 * Checks what a node finds on its disk at a start: what was written, at least up to the last sync; all writes of a turn or
 * none of them, and nothing else. So everything that it promised is there, because no promise leaves before its sync. If a
 * fault has damaged the disk, a horizon must cover what is lost, and everything else must be found: what is intact is never
 * thrown away before the log is repaired.
 */
export class RecoveryClaims {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  /** Compares what was found with what must be there, and continues from what was found. */
  started(disk: DiskWitness, recovered: Recovered): void {
    const { hard, base, entries, horizon, snapshot, damage } = recovered;
    const { durable, written, compactedUpTo } = disk;
    const promised = disk.snapshot;
    disk.recovered({ hard, horizon, base }, entries, snapshot);
    const found = disk.written;
    const isWhole = isOneOf(found, recovered, [durable, written]);
    const { isUnread } = disk.damage;
    if (damage !== undefined && !isUnread)
      this.#says(
        "damage",
        `${disk.name} finds its disk damaged, but no fault damaged it: ${damage}`,
      );
    else if (isUnread && (damage !== undefined || !isWhole))
      this.#checkDamaged(disk, recovered, [durable, written]);
    else if (!isWhole)
      this.#says(
        "durable equals promised",
        `${disk.name} recovers ${words(found)}, but its disk had ${words(durable)} or ${words(written)}`,
      );
    else if (base.index < compactedUpTo)
      this.#says(
        "durable equals promised",
        `${disk.name} recovers a log after entry ${base.index}, but had compacted it up to ${compactedUpTo}`,
      );
    else if (promised !== undefined && (snapshot?.index ?? 0) < promised.index)
      this.#says(
        "durable equals promised",
        `${disk.name} had a snapshot up to ${promised.index} but recovers one up to ${snapshot?.index ?? 0}`,
      );
    else if (promised !== undefined && isAnother(promised, snapshot))
      this.#says(
        "durable equals promised",
        `${disk.name} had a snapshot up to ${promised.index} but recovers another one of that entry`,
      );
    else this.#checkSpared(disk, disk.damage.again(recovered));
  }

  #checkDamaged(
    disk: DiskWitness,
    recovered: Recovered,
    [durable, written]: readonly [DiskContent, DiskContent],
  ): void {
    const { hard, horizon } = recovered;
    this.#checkSpared(disk, disk.damage.found(recovered, durable, written));
    const last = lastOf(durable.log);
    if (isLater(durable.hard, hard))
      this.#says(
        "durable equals promised",
        `${disk.name} recovers term ${hard.term}, but had promised ${durable.hard.term}`,
      );
    const isThere =
      last.index <= (disk.snapshot?.index ?? 0) || disk.log.at(last.index)?.term === last.term;
    const isOwed = horizon !== undefined && atLeastAsUpToDate(horizon, last as LogPosition);
    if (!isThere && !isOwed && !isReplaced(disk, durable, written))
      this.#says(
        "horizon",
        `${disk.name} lost entries up to ${last.index} of term ${last.term} but continues as if it had not`,
      );
  }

  #checkSpared(disk: DiskWitness, missing: Pick<Placed, "index" | "term"> | undefined): void {
    if (missing === undefined) return;
    this.#says(
      "salvage",
      `${disk.name} does not find entry ${missing.index} of term ${missing.term}, which is intact on its disk`,
    );
  }

  #says(check: string, text: string): void {
    this.#report({ check, text });
  }
}

/** Whether the log that was written, and not synced yet, survived as a whole: a leader had replaced the end of the durable one. */
function isReplaced({ log }: DiskWitness, durable: DiskContent, written: DiskContent): boolean {
  const last = lastOf(written.log) as LogPosition;
  return (
    samePosition(log.last, last) && atLeastAsUpToDate(last, lastOf(durable.log) as LogPosition)
  );
}

/** Whether two snapshots end with the same entry and differ: in term, size, checksum or membership. */
function isAnother(promised: Snapshot, found: Snapshot | undefined): boolean {
  if (found?.index !== promised.index) return false;
  return !sameSnapshot(found, promised) || !sameMembership(found.membership, promised.membership);
}

/** Whether two contents are the same, apart from compaction and from a log that a later snapshot replaced. */
function isOneOf(
  found: DiskContent,
  { snapshot }: Recovered,
  contents: readonly DiskContent[],
): boolean {
  return contents.some((content) => {
    if (!samePosition(found.horizon, content.horizon)) return false;
    if (sameLog(found.log, content.log) && sameHardState(found.hard, content.hard)) return true;
    if (snapshot === undefined || found.log.entries.length > 0) return false;
    const isEmptied = samePosition(found.log.base, snapshot) && !holds(content.log, snapshot);
    return isEmptied && sameHardState(found.hard, atLeast(content.hard, snapshot.term));
  });
}

/** Whether two logs are the same from the beginning of the shorter one to their ends. */
function sameLog(one: LogContent, other: LogContent): boolean {
  const last = lastOf(one);
  if (!samePosition(last, lastOf(other))) return false;
  const from = one.base.index > other.base.index ? one.base.index : other.base.index;
  for (let index = from + 1; index <= last.index; index += 1)
    if (at(one, index) !== at(other, index)) return false;
  return true;
}

/** A snapshot may be durable before the term of the leader that sent it is. */
function atLeast(hard: HardState, term: Term): HardState {
  return hard.term < term ? { term, votedFor: undefined } : hard;
}

function isLater(one: HardState, other: HardState): boolean {
  if (one.term !== other.term) return one.term > other.term;
  return one.votedFor !== undefined && one.votedFor !== other.votedFor;
}

function holds(log: LogContent, position: Pick<Placed, "index" | "term">): boolean {
  return samePosition(log.base, position) || at(log, position.index)?.term === position.term;
}

function at({ base, entries }: LogContent, index: number): Placed | undefined {
  return entries[index - base.index - 1];
}

function lastOf({ base, entries }: LogContent): Pick<Placed, "index" | "term"> {
  return entries.at(-1) ?? base;
}

/** Whether two positions are the same, or both are undefined. */
export function samePosition(
  one: Pick<Placed, "index" | "term"> | undefined,
  other: Pick<Placed, "index" | "term"> | undefined,
): boolean {
  return one?.index === other?.index && one?.term === other?.term;
}

function words({ hard, log, horizon }: DiskContent): string {
  const last = lastOf(log);
  const owes = horizon === undefined ? "" : `, horizon ${horizon.index}`;
  return `${hardText(hard)}, entries up to ${last.index} of term ${last.term}${owes}`;
}

/** Term and vote, for people. */
export function hardText({ term, votedFor }: HardState): string {
  return `term ${term}, ${votedFor === undefined ? "no vote" : `a vote for ${votedFor}`}`;
}
