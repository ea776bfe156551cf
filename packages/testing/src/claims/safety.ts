import type { NodeId } from "@kontiki/core";
import { isClientAddress, openParcel } from "@kontiki/actors/node";
import type { CoreStep, Happening, Observer } from "../engine/observer.ts";
import { CommitClaims } from "./commit-claims.ts";
import { Committed } from "./committed.ts";
import { ElectionClaims } from "./election-claims.ts";
import { FileClaims } from "./file-claims.ts";
import { ForwardClaims } from "./forward-claims.ts";
import { LeaseClaims } from "./lease-claims.ts";
import { MembershipClaims } from "./membership-claims.ts";
import { PartClaims } from "./part-claims.ts";
import { PlacedEntries } from "./placed.ts";
import { PromiseClaims } from "./promise-claims.ts";
import { hardText, RecoveryClaims, samePosition } from "./recovery-claims.ts";
import type { Report } from "./report.ts";
import { Servers, type Server } from "./servers.ts";
import { checkStep } from "./step-claims.ts";
import { checkVotes } from "./vote-claims.ts";

/** A letter to a client that is longer is no refusal, and need not be opened. */
const REFUSAL_BYTES_MAX = 128;

/**
 * Checks what must hold of a cluster at all times: Figure 3 over the whole run, what §5.4.2 and chapter 4 of the dissertation
 * add, and that disks keep what was promised.
 *
 * The cost of a step is proportional to what it changed. Nodes are never compared with each other: each is compared with
 * the one list of committed entries, and each entry with the one table of all entries.
 */
export class Safety implements Observer {
  readonly committed: Committed;
  readonly servers: Servers;
  readonly #report: Report;
  readonly #elections: ElectionClaims;
  readonly #commits: CommitClaims;
  readonly #memberships: MembershipClaims;
  readonly #promises: PromiseClaims;
  readonly #recoveries: RecoveryClaims;
  readonly #files: FileClaims;
  readonly #parts: PartClaims;
  readonly #placed: PlacedEntries;
  readonly #forwards: ForwardClaims;
  readonly #leases: LeaseClaims;

  /** @param voters the voters at the beginning. */
  constructor(voters: readonly NodeId[], report: Report) {
    this.#report = report;
    this.#placed = new PlacedEntries(report);
    this.servers = new Servers(this.#placed);
    this.committed = new Committed(voters, report);
    this.#elections = new ElectionClaims(this.committed, report);
    this.#commits = new CommitClaims(this.committed, this.servers, report);
    this.#memberships = new MembershipClaims(voters, this.committed, report);
    this.#promises = new PromiseClaims(this.#elections, report);
    this.#recoveries = new RecoveryClaims(report);
    this.#files = new FileClaims(report);
    this.#parts = new PartClaims(report);
    this.#forwards = new ForwardClaims(report);
    this.#leases = new LeaseClaims(voters, this.servers, report);
  }

  onStep(step: CoreStep): void {
    const { before, after, effects } = step;
    const server = this.servers.get(step.node);
    this.#parts.onStep(step, server?.disk);
    if (before === after && effects.length === 0) return;
    if (server === undefined)
      return this.#report({ check: "lives", text: `${step.node} takes a step but does not run` });
    this.#checkContinues(server, step);
    const { disk } = server;
    for (const effect of effects) disk.perform(effect);
    checkStep(step, disk, this.#report);
    checkVotes(step, disk, this.#report);
    this.#leases.onStep(step);
    if (after.commit > before.commit) this.#commits.advanced(step, disk);
    if (after.snapshot !== before.snapshot && after.snapshot !== undefined) {
      disk.snapshot = after.snapshot;
      this.committed.snapshot(step.node, after.snapshot);
    }
    this.#memberships.stepped(step, disk);
    const led = before.role.type === "leader" && before.term === after.term;
    if (after.role.type === "leader" && !led) this.#elections.elected(step, disk);
  }

  onHappening(happening: Happening): void {
    switch (happening.type) {
      case "started": {
        const { node, uid, recovered, stored } = happening;
        this.#parts.restarted(node);
        const { disk } = this.servers.started(node, uid);
        this.#recoveries.started(disk, recovered);
        if (stored !== undefined) this.#files.started(disk, recovered, stored);
        for (const term of this.#elections.restarted(disk, recovered.hard))
          this.#placed.forget(term);
        if (recovered.snapshot !== undefined) this.committed.snapshot(node, recovered.snapshot);
        return;
      }
      case "ended":
        return this.servers.ended(happening.node);
      case "synced":
        return this.servers.get(happening.node)?.disk.synced();
      case "published":
        return this.#parts.published(this.servers.disk(happening.node, happening.uid), happening);
      case "posted":
        return this.#posted(happening);
      case "damaged":
        return this.#damaged(happening);
      default:
        return;
    }
  }

  /** Mail has left a node. Messages to clients promise nothing about the node's own disk. */
  #posted({ from, to, bytes }: Happening & { readonly type: "posted" }): void {
    const server = this.servers.get(from);
    const isAnswer = isClientAddress(to) && bytes.length > REFUSAL_BYTES_MAX;
    if (server === undefined || isAnswer) return;
    const parcel = openParcel(bytes);
    if (parcel === undefined) return;
    this.#forwards.posted(from, to, parcel);
    if (parcel.type !== "raft") return;
    for (const message of parcel.messages) {
      this.#promises.posted(server.disk, to, message);
      this.#parts.posted(server.disk, message);
    }
  }

  /** Each step begins with the state after the previous one, and the first step with what was recovered. */
  #checkContinues(server: Server, { node, before, after }: CoreStep): void {
    const { state } = server;
    server.state = after;
    if (state === undefined) this.#begins(server, before);
    else if (state !== before)
      this.#report({ check: "lives", text: `${node} continues from a state that it was not in` });
  }

  #begins({ node, disk }: Server, { term, votedFor, horizon }: CoreStep["before"]): void {
    const { hard } = disk;
    if (term !== hard.term || votedFor !== hard.votedFor)
      this.#report({
        check: "durable equals promised",
        text: `${node} recovered ${hardText(hard)} but begins with ${hardText({ term, votedFor })}`,
      });
    if (!samePosition(horizon, disk.horizon))
      this.#report({
        check: "horizon",
        text: `${node} and its disk disagree about the end of the log to repair`,
      });
  }

  #damaged({ node, loss }: Happening & { readonly type: "damaged" }): void {
    const disk = this.servers.inUse(node);
    if (disk === undefined) return;
    disk.isDamaged = true;
    disk.damage.damaged(loss);
    if (loss.snapshot > 0) disk.files.damaged(loss.snapshot);
  }
}
