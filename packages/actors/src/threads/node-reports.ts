import type { Index, Membership, NodeId, Term } from "@kontiki/core";
import type { FromNode, NodeSpec } from "../mail/protocol.ts";
import { swapFolders } from "../faults/swap-folders.ts";
import type { Condition, RaftStatus } from "../mail/status.ts";
import { withChange, type MemoryFile } from "../storage/disk/memory-disk.ts";
import type { ReportedProgress, ReportedTurn } from "./lane-report.ts";
import type { NodeHost } from "./node-child-host.ts";

/** The membership that a node uses, and the entry from which on it is in force; 0 for the first membership. */
export type KnownMembership = {
  readonly index: Index;
  readonly membership: Membership;
  readonly committed: boolean;
};

/** A message in which a thread reports the state of its node. */
export type Report =
  | (FromNode & { readonly type: "disk" | "membership" | "trouble" })
  | ReportedTurn
  | ReportedProgress;

/** Where reports are passed on to. */
export type ReportsHost = Pick<
  NodeHost,
  "path" | "onEvent" | "onTrouble" | "onMembership" | "onTurn"
>;

/** What the threads of one node last reported. */
export class NodeReports {
  readonly #node: NodeId;
  readonly #host: ReportsHost;
  #raft: RaftStatus | undefined;
  #membership: KnownMembership | undefined;
  #trouble: string | undefined;
  #condition: Condition | undefined;
  #files: readonly MemoryFile[] = [];
  /** Whose disk it is, in memory; in a folder a file of it tells. */
  #owner: NodeId;

  constructor(node: NodeId, host: ReportsHost) {
    this.#node = node;
    this.#owner = node;
    this.#host = host;
  }

  /** Undefined before a thread has reported it, and after the thread has ended. The same holds for `membership`. */
  get raft(): RaftStatus | undefined {
    return this.#raft;
  }

  get membership(): KnownMembership | undefined {
    return this.#membership;
  }

  /** What is wrong with the node's disk or log, in one line, while it is. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** What keeps the node from taking part as it should; undefined when nothing does. */
  get condition(): Condition | undefined {
    return this.#condition;
  }

  /** The disk for the next thread. The files of one in memory are those that the earlier threads reported. */
  get disk(): NodeSpec["disk"] {
    const { path } = this.#host;
    if (path !== undefined) return { type: "file", path };
    return { type: "memory", files: this.#files, owner: this.#owner };
  }

  /** Keeps what a thread reports, and passes it on to the host. */
  take(report: Report, incarnation: number): void {
    switch (report.type) {
      case "disk":
        this.#files = withChange(this.#files, report.change);
        return;
      case "membership": {
        const { index, membership, committed } = report;
        this.#membership = { index, membership, committed };
        return this.#host.onMembership();
      }
      case "trouble":
        this.#condition = report.condition;
        return this.#onTrouble(report.what, incarnation, report.term);
      case "turn": {
        const before = this.#raft;
        this.#raft = report.raft === undefined ? before : withAnswers(before, report.raft);
        return this.#host.onTurn(incarnation, report, before);
      }
      case "figures":
        return this.#onProgress(report, incarnation);
      default:
        return report satisfies never;
    }
  }

  /** The thread has ended: what it reported no longer holds. Its disk stays. */
  onThreadEnded(): void {
    this.#raft = undefined;
    this.#membership = undefined;
    this.#trouble = undefined;
    this.#condition = undefined;
  }

  /** Exchanges disks with another node. No thread may use either. @throws DiskError when their folders cannot be renamed. */
  swapDiskWith(other: NodeReports): void {
    const [path, otherPath] = [this.#host.path, other.#host.path];
    if (path !== undefined && otherPath !== undefined) return swapFolders(path, otherPath);
    [this.#files, other.#files] = [other.#files, this.#files];
    [this.#owner, other.#owner] = [other.#owner, this.#owner];
  }

  /** The disk was replaced with an empty one. */
  onDiskReplaced(): void {
    this.#files = [];
  }

  /** It comes after a whole status of the same thread. */
  #onProgress({ figures }: ReportedProgress, incarnation: number): void {
    const before = this.#raft;
    if (before === undefined) return;
    const [commit, last, applied] = figures;
    const raft = { ...before, commit, last, applied } as RaftStatus;
    this.#raft = raft;
    this.#host.onTurn(incarnation, { type: "turn", malformed: 0, raft }, before);
  }

  #onTrouble(trouble: string | undefined, incarnation: number, term: Term): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const { onEvent, onTrouble } = this.#host;
    if (trouble === undefined) return onEvent({ type: "repaired", node: this.#node });
    onEvent({ type: "trouble", node: this.#node, what: trouble });
    onTrouble(incarnation, term);
  }
}

/**
 * A node forgets the answers each time it asks for an entry again. Those that were given for the same entry still tell why
 * it does not get it, until they are given again.
 */
function withAnswers(before: RaftStatus | undefined, now: RaftStatus): RaftStatus {
  const [earlier, lacks] = [before?.lacks, now.lacks];
  if (lacks === undefined || earlier?.from !== lacks.from) return now;
  return { ...now, lacks: { ...lacks, answers: { ...earlier.answers, ...lacks.answers } } };
}
