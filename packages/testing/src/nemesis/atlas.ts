import { majority, uidOf, type Membership, type NodeId } from "@kontiki/core";
import type { ClusterSettings } from "../scenario/scenario.ts";
import type { FaultTarget } from "../engine/fault-target.ts";
import type { Holdings, Loss } from "../engine/loss.ts";
import { mendable, withLoss } from "./copies.ts";

/**
 * The atlas of the faults that a cluster must survive. It forbids the others, so that a failure is always a bug.
 *
 * 1. **Disks are lost only in a minority of the voters**, in each half of every membership that may still decide. A wiped disk
 *    is lost, and one that is damaged, unless rule 2 says otherwise. Disks that are not intact again yet count too.
 *    Acknowledged entries are on a majority of the voters; every majority of intact disks shares one with it, and they are
 *    enough to elect a leader. With one more lost disk the cluster could elect a leader without an acknowledged entry, or no
 *    leader at all.
 * 2. **Damage on any number of disks is allowed while every entry that it takes is intact on another disk** (Alagappan et al.,
 *    FAST '18). The damaged nodes get their logs back from each other before any of them stands for election, so then no
 *    disk was lost. Each of these conditions is needed:
 *    - The other disk belongs to a voter that runs, with the disk that the membership names. A node that is down counts as lost.
 *      It may also be a damaged one: files that were set aside are read too. But not one with damage as in the fourth point:
 *      recovery may have to leave out what is intact before it.
 *    - That holds for all damaged nodes after the new damage, not only for the new one: its disk may have had the only copy
 *      of what another one still lacks. Nodes for which it does not hold count as lost, by rule 1.
 *    - Entries that are lost side by side have one term. See `mendable`.
 *    - The damage takes no change of the membership, no record of a cut and no beginning of a file. Otherwise the node might not
 *      know which nodes to ask, or which log it had.
 *    - A damaged snapshot needs an intact one on another disk that reaches at least as far.
 *    - No change of the membership is in progress or requested: one that leaves may take the only copy with it.
 *    An entry that is on one disk only, committed or not, is never taken: the node could not know that no other node has it.
 * 3. **A membership that is not committed counts as much as the one before it**, and a requested change as much as one that
 *    was made: a leader may take up a removal late, or promote because of an acknowledgement that is still on its way. The
 *    next leader may use any of these memberships, and needs its majority.
 * 4. **The last durable write of a log is damaged only when the promise file is certain to record it**: see `chooseHit` and
 *    `Misdirection`. Otherwise the damage looks like a write that a crash cut off, so a node would forget a promise without
 *    noticing. ARCHITECTURE.md names this limit.
 * 5. **A loss of power loses only what was not synced**, on any number of nodes at once. Everything that was promised was
 *    synced, so there is nothing to forbid.
 * 6. **A damaged disk is read again** when the fault ends: its node restarts. A node that does not know of its rotten
 *    snapshot would go on offering it, and no follower could use it.
 * 7. **Swapped disks are intact, and are swapped back**; until then neither is damaged nor removed: each node's promises are
 *    on the other's disk.
 * 8. **With leases clocks stay within their bound**: any two rates differ by at most `clockDrift`, and no clock jumps back.
 *    A lease depends on nothing else (dissertation 6.4.1). Without leases no clock matters for safety.
 * 9. **A voter is removed only while a majority of the remaining voters is intact**, and the last voter never. Otherwise the
 *    cluster would have to wait for a node that waits for the cluster.
 * 10. **A node that one change makes a voter keeps its disk** until the change is made or given up: it has nothing yet, and
 *    its majority decides from the change on.
 * 11. **Every node that went down starts again, and all faults end**, before a run demands that the cluster is live.
 *
 * Delay alone is never forbidden: a run may make no progress while faults are in force.
 */
export class FaultAtlas {
  readonly #target: FaultTarget;
  readonly #leases: ClusterSettings["leases"];
  /** Damage that is about to happen, or that does not show yet. */
  readonly #expectedDamage = new Map<NodeId, number>();
  /** Members whose removal an operator requests. */
  readonly #leaving = new Map<NodeId, number>();
  /** Voters of which a requested change makes learners. */
  readonly #demoted = new Map<NodeId, number>();
  /** Nodes that a requested change makes voters. */
  readonly #coming = new Map<NodeId, number>();
  /** Nodes whose folder comes or goes together with their membership. */
  readonly #moving = new Map<NodeId, number>();
  readonly #swapped = new Set<NodeId>();

  constructor(target: FaultTarget, { leases }: Pick<ClusterSettings, "leases">) {
    this.#target = target;
    this.#leases = leases;
  }

  /** Why a node must not lose this; undefined when it may. */
  objectionToLoss(node: NodeId, loss: Loss): string | undefined {
    const objection = this.objectionToDamage(node);
    if (objection === undefined || this.#swapped.has(node)) return objection;
    return this.#isMendable(node, loss) ? undefined : objection;
  }

  /** Why the disk of a node must not be lost as a whole; undefined when it may be. */
  objectionToDamage(node: NodeId): string | undefined {
    if (this.#swapped.has(node)) return `${node} has the disk of another`;
    if ((this.#coming.get(node) ?? 0) > 0) return `${node} is to become a voter`;
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

  /** Counts a node as damaged, whether the damage shows or not. Returns a function that ends this. */
  expectDamage(node: NodeId): () => void {
    return increase(this.#expectedDamage, node);
  }

  /** Counts a node as one that may leave the cluster at any moment. Returns a function that ends this. */
  expectRemoval(node: NodeId): () => void {
    return increase(this.#leaving, node);
  }

  /** Counts a node as one that may become a voter at any moment, and needs its disk for that. Returns a function that ends this. */
  expectArrival(node: NodeId): () => void {
    return increase(this.#coming, node);
  }

  /**
   * Counts a node as one whose folder comes or goes together with its membership, as on threads: what is in the folder when
   * that happens must be its own disk. Returns a function that ends this.
   */
  expectMove(node: NodeId): () => void {
    return increase(this.#moving, node);
  }

  /**
   * Counts a voter as one that may become a learner at any moment: it may not be removed meanwhile, as the change would make a
   * removed node a member again. Returns a function that ends this.
   */
  expectDemotion(node: NodeId): () => void {
    const ends = [increase(this.#leaving, node), increase(this.#demoted, node)];
    return () => {
      for (const end of ends) end();
    };
  }

  /** Why a node must stay a member; undefined when it may be removed. */
  objectionToRemoval(node: NodeId): string | undefined {
    if ((this.#demoted.get(node) ?? 0) > 0) return `${node} is to become a learner`;
    return this.#objectionToLoseVote(node);
  }

  /** Why a node must stay a voter; undefined when it may become a learner. `isExpected`: by a change that was requested already. */
  objectionToDemotion(node: NodeId, isExpected: boolean): string | undefined {
    const leaving = (this.#leaving.get(node) ?? 0) - (isExpected ? 1 : 0);
    return leaving > 0 ? `${node} is to leave` : this.#objectionToLoseVote(node);
  }

  #objectionToLoseVote(node: NodeId): string | undefined {
    const { voters } = this.#target.membership();
    if (!voters.includes(node)) return undefined;
    const left = voters.filter((voter) => voter !== node && !this.#mayLeave(voter));
    if (left.length === 0) return `${node} is the only voter`;
    const intact = left.filter((voter) => this.#isGood(voter)).length;
    return intact < majority(left.length)
      ? `without ${node} only ${intact} of ${left.length} voters would be whole`
      : undefined;
  }

  /** Why a node's clock must not run at this rate, on top of its present one; undefined when it may. */
  objectionToDrift(node: NodeId, rate: number): string | undefined {
    if (this.#leases === undefined) return undefined;
    const rates = this.#target.nodes.map(
      (each) => this.#target.clock(each).rate * (each === node ? rate : 1),
    );
    const bound = 1 + this.#leases.clockDrift;
    return Math.max(...rates) > bound * Math.min(...rates)
      ? `leases rest on clocks whose rates differ by at most ${this.#leases.clockDrift}`
      : undefined;
  }

  /** Why no clock may jump by this many ms; undefined when it may. */
  objectionToJump(ms: number): string | undefined {
    return ms < 0 && this.#leases !== undefined
      ? "leases rest on clocks that do not go back"
      : undefined;
  }

  /** Whether a node may have the disk of another for some time: it runs, on its own disk, which stays and is not damaged. */
  maySwap(node: NodeId): boolean {
    if ((this.#moving.get(node) ?? 0) > 0) return false;
    return this.#target.isRunning(node) && !this.#swapped.has(node) && !this.#isDamaged(node);
  }

  /** Records that two nodes have each other's disks. Returns a function that ends this. */
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

  /** Whether enough voters lose nothing in the end when `node` loses this: rule 2. */
  #isMendable(node: NodeId, loss: Loss): boolean {
    const [membership, ...others] = this.#target.memberships();
    if (membership === undefined || others.length > 0 || this.#isChanging(membership)) return false;
    const { voters } = membership;
    const holders = new Map<NodeId, Holdings>();
    for (const voter of voters) {
      const held = this.#holdings(voter, membership);
      if (held !== undefined) holders.set(voter, held);
    }
    if (!holders.has(node)) return false;
    return mendable(withLoss(holders, node, loss)).size >= majority(voters.length);
  }

  #isChanging({ outgoing, promotions }: Membership): boolean {
    const requested = [...this.#leaving.values(), ...this.#coming.values()];
    const isRequested = requested.some((count) => count > 0);
    return isRequested || outgoing.length > 0 || promotions.length > 0;
  }

  /** What a voter has on the disk that the membership names; undefined if that disk does not count. */
  #holdings(voter: NodeId, membership: Membership): Holdings | undefined {
    const isThere = this.#target.nodes.includes(voter) && !this.#swapped.has(voter);
    if (!isThere || this.#target.uid(voter) !== uidOf(membership, voter)) return undefined;
    return this.#target.holdings(voter);
  }

  /**
   * The sets of which a majority must be intact, when `node` is not. Requested changes may be done in part: the worst case
   * is that intact voters leave, and learners that are not intact are promoted.
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

  /** Whether a learner has the disk that the membership names, undamaged. */
  #isHealthy(learner: NodeId, membership: Membership): boolean {
    if (!this.#target.nodes.includes(learner)) return false;
    return this.#target.uid(learner) === uidOf(membership, learner) && !this.#isDamaged(learner);
  }

  #isGood(node: NodeId): boolean {
    return (
      this.#target.nodes.includes(node) && this.#target.isIntact(node) && !this.#isDamaged(node)
    );
  }

  #isDamaged(node: NodeId): boolean {
    return (this.#expectedDamage.get(node) ?? 0) > 0 || this.#target.disk(node).isDamaged;
  }
}

/** Increases a count. Returns a function that decreases it again; further calls do nothing. */
function increase(counts: Map<NodeId, number>, node: NodeId): () => void {
  let isOver = false;
  counts.set(node, (counts.get(node) ?? 0) + 1);
  return () => {
    if (!isOver) counts.set(node, (counts.get(node) ?? 0) - 1);
    isOver = true;
  };
}
