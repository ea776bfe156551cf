import type { NodeStatus, RaftStatus } from "@kontiki/actors";
import type { ProgramCluster } from "../launch/cluster.ts";
import { cellOfLine } from "../view/cells.ts";
import type { LogChange } from "../view/recording.ts";

/** Of a log that was not read yet only so many entries at its end are read. */
const TAIL = 400;

/** Of what was read pages keep so many entries at the end, or up to twice as many: else they would grow with the log. */
const KEPT = 1_000;

/** What was read of a node's log. */
type Read = {
  readonly incarnation: number;
  /** The last entry before those that were read. */
  readonly base: number;
  readonly last: number;
  /** Entries up to this one cannot change. */
  readonly commit: number;
  /** The end of the log whose last entry was read, and its term. */
  readonly term: number;
};

/** Reads what is new in the logs of a cluster's nodes. */
export class LogReader {
  readonly #cluster: ProgramCluster;
  readonly #read = new Map<string, Read>();

  constructor(cluster: ProgramCluster) {
    this.#cluster = cluster;
  }

  /** Reads everything again: for a recording that begins now. */
  forget(): void {
    this.#read.clear();
  }

  /** The changes since the last call, by node. A node that does not answer is left for the next one. */
  async changes(): Promise<ReadonlyMap<string, LogChange>> {
    const changes = new Map<string, LogChange>();
    const reading = this.#cluster.status().map(async (status) => {
      const change = await this.#changeOf(status).catch(() => undefined);
      if (change !== undefined) changes.set(status.id, change);
    });
    await Promise.all(reading);
    return changes;
  }

  async #changeOf({ id, incarnation, raft }: NodeStatus): Promise<LogChange | undefined> {
    if (raft === undefined) return undefined;
    const known = this.#read.get(id);
    const before = known?.incarnation === incarnation ? known : undefined;
    if (before !== undefined && isSame(before, raft)) return undefined;
    const from = firstToRead(before, raft);
    const lines = await this.#cluster.node(id).log({ from, max: TAIL + 1 });
    // What was not committed when it was read may be another entry now.
    const isNew = before === undefined || from > before.commit + 1;
    const last = lines.at(-1)?.index ?? from - 1;
    const { commit, term } = raft;
    const base = isNew ? from - 1 : Math.max(raft.first - 1, keptAfter(before.base, last));
    this.#read.set(id, { incarnation, base, last, commit: Math.min(commit, last), term });
    const append = lines.map(cellOfLine);
    if (isNew) return { base: [base, 0], append };
    return { after: from - 1, append, ...(base > before.base && { compact: base }) };
  }
}

/** The entry before the first one that is kept. It is committed: all but the last `TAIL` entries were when they were read. */
function keptAfter(base: number, last: number): number {
  return last - base > 2 * KEPT ? last - KEPT : base;
}

function isSame({ last, term, base, commit }: Read, raft: RaftStatus): boolean {
  const isSameEnd = raft.last === last && raft.term === term;
  return isSameEnd && Math.min(raft.commit, last) === commit && raft.first - 1 <= base;
}

function firstToRead(before: Read | undefined, { first, last }: RaftStatus): number {
  const tail = Math.max(first, last - TAIL + 1);
  return before === undefined ? tail : Math.max(tail, before.commit + 1);
}
