import type { NodeId } from "@kontiki/core";
import { messageOf } from "../errors.ts";
import type { SupervisorOrder } from "../threads/supervision.ts";

/** A wipe or removal of a disk: its place in the order in which those of this program began, and what ends it. */
export type BegunWipe = { readonly order: number; readonly end: () => void };

/** How many have begun. */
let begun = 0;

/** The wipes of one node's disk, and its removal with the node: which are under way, and the orders that replace the disk. */
export class DiskWipes {
  readonly #node: NodeId;
  readonly #order: (order: SupervisorOrder) => Promise<void>;
  /** Those that are under way, by their place in the order. */
  readonly #underWay = new Set<number>();
  /** The disk is replaced by one at a time. */
  #replacing: Promise<void> = Promise.resolve();

  /** @param order gives the supervisor an order. */
  constructor(node: NodeId, order: (order: SupervisorOrder) => Promise<void>) {
    this.#node = node;
    this.#order = order;
  }

  /**
   * Whether the disk is being wiped, or removed with the node: what is on it does not count any more, although the node may
   * still run and vote.
   */
  get areUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  /** Whether that began before another wipe or removal did. */
  beganBefore({ order }: BegunWipe): boolean {
    return [...this.#underWay].some((each) => each < order);
  }

  /**
   * The disk is about to be wiped, or removed with the node, until the node has started from the new disk, or the attempt has
   * failed.
   */
  begin(): BegunWipe {
    begun += 1;
    const order = begun;
    this.#underWay.add(order);
    return { order, end: () => void this.#underWay.delete(order) };
  }

  /**
   * Replaces the disk of a stopped node with an empty one, which `replace` makes and returns the uid of. Meanwhile the node
   * cannot start; when `replace` fails halfway, it cannot before its disk is replaced again.
   *
   * @throws KontikiError when the node is not stopped, and whatever `replace` throws.
   */
  async replaceDisk(replace: () => number): Promise<void> {
    const replaced = this.#replacing.then(async () => this.#replaceDisk(replace));
    this.#replacing = replaced.catch(() => {});
    return replaced;
  }

  async #replaceDisk(replace: () => number): Promise<void> {
    const node = this.#node;
    await this.#order({ type: "takeDisk", node, why: "its disk is being wiped" });
    let uid: number;
    try {
      uid = replace();
    } catch (error) {
      const why = `its disk was not wiped to the end; wipe it again (${messageOf(error)})`;
      await this.#order({ type: "takeDisk", node, why });
      throw error;
    }
    await this.#order({ type: "giveDisk", node, uid });
  }
}
