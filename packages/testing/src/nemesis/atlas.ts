import { majority, uidOf, type Membership, type NodeId } from "@kontiki/core";
import type { ClusterSettings } from "../scenario/scenario.ts";
import type { FaultTarget } from "../engine/fault-target.ts";

/**
 * Keeps faults survivable: what it forbids would ask the impossible, so that a failure is always a bug.
 *
 * 1. **Disks are damaged, wiped or sent astray in a minority of the voters only**, in each half of every membership that may
 *    still decide, counting those that are not whole yet. What was acknowledged is on a majority of the voters; every
 *    majority of those that are whole shares one with it, and they are enough to elect. With one more damaged a
 *    leader without an acknowledged entry could be elected, or none at all.
 * 2. **A membership that is not committed counts as much as the one before it**, and one that is asked for as much as one
 *    that is there: a leader may take up a removal, or promote by an acknowledgement that is long on its way. Whichever
 *    of them the next leader goes by must have its majority.
 * 3. **The last whole batch of a log is never damaged**, nor a write lost from the very end of it: see `rot` and
 *    `Misdirection`. Nothing can tell that from a write that a crash cut off, so a node would forget a promise without
 *    knowing. ARCHITECTURE.md names this limit.
 * 4. **A loss of power takes only what was not synced**, at any number of nodes at once. All that was promised was synced,
 *    so there is nothing to forbid.
 * 5. **A disk that is damaged is read again** when the fault ends: its node is started anew. Who has a rotten snapshot
 *    offers it for as long as it does not know, and nobody can take it.
 * 6. **Disks that are swapped are whole, and are swapped back**; until then neither is damaged nor taken away: each node's
 *    promises are on the other's disk.
 * 7. **With leases clocks keep to the bound that they were given**: any two rates differ by at most `clockDrift`, and no
 *    clock jumps back. A lease rests on nothing else (dissertation 6.4.1). Without leases no clock matters for safety.
 * 8. **A voter is removed only while a majority of those that are left is whole**, and never the last one. Otherwise the
 *    cluster would have to wait for a node that waits for the cluster.
 * 9. **Every node that fell starts again, and all faults end**, before a run demands that the cluster lives.
 *
 * Time alone is never forbidden: a run may stand still for as long as faults are in force.
 */
export class FaultAtlas {
  readonly #target: FaultTarget;
  readonly #leases: ClusterSettings["leases"];
  /** Damage that is under way or does not show yet. */
  readonly #doomed = new Map<NodeId, number>();
  /** Members that somebody asks to remove. */
  readonly #leaving = new Map<NodeId, number>();
  readonly #swapped = new Set<NodeId>();

  constructor(target: FaultTarget, { leases }: ClusterSettings) {
    this.#target = target;
    this.#leases = leases;
  }

  /** Why the disk of a node must stay as it is; undefined when it may be damaged or wiped. */
  whyNoDamage(node: NodeId): string | undefined {
    if (this.#swapped.has(node)) return `${node} has the disk of another`;
    const halves = this.#target.memberships().flatMap((known) => this.#worstHalvesOf(known, node));
    for (const voters of halves) {
      if (!voters.includes(node)) continue;
      const bad = voters.filter((voter) => voter !== node && !this.#isGood(voter)).length;
      const most = voters.length - majority(voters.length);
      if (bad + 1 > most)
        return `of ${voters.length} voters at most ${most} may lose a disk, and ${bad} are not whole`;
    }
    return undefined;
  }

  /** Counts a node as damaged until the function that this gives is called, whether it shows or not. */
  doom(node: NodeId): () => void {
    return raise(this.#doomed, node);
  }

  /** Counts a node as one that may leave the cluster at any moment, until the function that this gives is called. */
  leave(node: NodeId): () => void {
    return raise(this.#leaving, node);
  }

  /** Why a node must stay a member; undefined when it may leave. */
  whyNoRemoval(node: NodeId): string | undefined {
    const { voters } = this.#target.membership();
    if (!voters.includes(node)) return undefined;
    const left = voters.filter((voter) => voter !== node && !this.#mayLeave(voter));
    if (left.length === 0) return `${node} is the only voter`;
    const whole = left.filter((voter) => this.#isGood(voter)).length;
    return whole < majority(left.length)
      ? `without ${node} only ${whole} of ${left.length} voters would be whole`
      : undefined;
  }

  /** Why no clock may run at this rate; undefined when that of the node may, beside whatever it does already. */
  whyNoDrift(node: NodeId, rate: number): string | undefined {
    if (this.#leases === undefined) return undefined;
    const rates = this.#target.nodes.map(
      (each) => this.#target.clock(each).rate * (each === node ? rate : 1),
    );
    const bound = 1 + this.#leases.clockDrift;
    return Math.max(...rates) > bound * Math.min(...rates)
      ? `leases rest on clocks whose rates differ by at most ${this.#leases.clockDrift}`
      : undefined;
  }

  /** Why no clock may jump by this, in ms; undefined when it may. */
  whyNoJump(ms: number): string | undefined {
    return ms < 0 && this.#leases !== undefined
      ? "leases rest on clocks that do not go back"
      : undefined;
  }

  /** Whether a node may have the disk of another for a while: it runs, with its own, and nothing is wrong with that. */
  maySwap(node: NodeId): boolean {
    return this.#target.isRunning(node) && !this.#swapped.has(node) && !this.#isDamaged(node);
  }

  /** Takes note of two nodes that have each other's disks, until the function that this gives is called. */
  swap(one: NodeId, other: NodeId): () => void {
    this.#swapped.add(one).add(other);
    return () => {
      this.#swapped.delete(one);
      this.#swapped.delete(other);
    };
  }

  /** Whether a node has the disk of another. */
  isSwapped(node: NodeId): boolean {
    return this.#swapped.has(node);
  }

  /**
   * The sets of which a majority must be whole, when `node` is not. What is asked for may be done in part: it is worst when
   * those leave that are whole, and those are promoted that are not.
   */
  #worstHalvesOf(membership: Membership, node: NodeId): (readonly NodeId[])[] {
    const { voters, outgoing, promotions } = membership;
    const isBad = (voter: NodeId): boolean => voter === node || !this.#isGood(voter);
    const staying = voters.filter((voter) => isBad(voter) || !this.#mayLeave(voter));
    const promoted = promotions
      .map(({ node: learner }) => learner)
      .filter((learner) => learner === node || !this.#isHealthy(learner, membership));
    const halves = [staying, [...staying, ...promoted]];
    return outgoing.length === 0 ? halves : [...halves, outgoing];
  }

  #mayLeave(node: NodeId): boolean {
    return (this.#leaving.get(node) ?? 0) > 0 && this.#isGood(node);
  }

  /** Whether a learner has the disk that the membership knows, and nothing is wrong with that. */
  #isHealthy(learner: NodeId, membership: Membership): boolean {
    if (!this.#target.nodes.includes(learner)) return false;
    return this.#target.uid(learner) === uidOf(membership, learner) && !this.#isDamaged(learner);
  }

  #isGood(node: NodeId): boolean {
    return (
      this.#target.nodes.includes(node) && this.#target.isWhole(node) && !this.#isDamaged(node)
    );
  }

  #isDamaged(node: NodeId): boolean {
    return (this.#doomed.get(node) ?? 0) > 0 || this.#target.disk(node).isDamaged;
  }
}

/** Raises a count until the function that this gives is called, which does nothing the second time. */
function raise(counts: Map<NodeId, number>, node: NodeId): () => void {
  let isOver = false;
  counts.set(node, (counts.get(node) ?? 0) + 1);
  return () => {
    if (!isOver) counts.set(node, (counts.get(node) ?? 0) - 1);
    isOver = true;
  };
}
