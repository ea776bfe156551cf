import {
  KontikiError,
  type AddNodeOptions,
  type Cluster,
  type MembersChange,
  type WaitOptions,
} from "@kontiki/actors";
import type { HostedNode } from "./hosted-node.ts";
import type { HostedNodes } from "./hosted-nodes.ts";

/** How long the client may take to say who the members are after a change that has failed, in ms. */
const MEMBERS_MS = 1_000;

/** The client of a cluster on several hosts, as far as it changes members. */
export type MembersClient = Pick<
  Cluster<unknown, unknown>,
  "members" | "promote" | "removeNode" | "changeMembers"
>;

/** What {@link HostedMembers} need. */
export type HostedMembersParts = {
  readonly nodes: HostedNodes;
  readonly client: () => MembersClient;
};

/**
 * Changes the members of a cluster as the people of its hosts do: a new node gets a host of its own, on which it is added; all
 * else is asked on another one. The host of a node that has left is ended, and its folder removed.
 */
export class HostedMembers {
  readonly #nodes: HostedNodes;
  readonly #client: () => MembersClient;

  constructor({ nodes, client }: HostedMembersParts) {
    this.#nodes = nodes;
    this.#client = client;
  }

  async add(id: string, { as, replaces, ...options }: AddNodeOptions = {}): Promise<void> {
    const leaving = replaces === undefined ? [] : [this.#nodes.named(replaces).id];
    const node = await this.#nodes.open(id);
    await this.#made(leaving, node.change({ type: "add", as, replaces }, options), node);
  }

  async remove(id: string, options: WaitOptions = {}): Promise<void> {
    const leaving = [this.#nodes.named(id).id];
    await this.#made(leaving, until(this.#client().removeNode(id, options), options));
  }

  async promote(id: string, options: WaitOptions = {}): Promise<void> {
    await this.#client().promote(this.#nodes.named(id).id, options);
  }

  /**
   * Several changes at once. A host adds nodes for itself only: the last new node is added by the change, on its host, and the
   * others come as learners before, to which the change gives votes.
   */
  async change(change: MembersChange, options: WaitOptions = {}): Promise<void> {
    const { add = [], promote = [], ...rest } = change;
    const leaving = (change.remove ?? []).map((id) => this.#nodes.named(id).id);
    const [first, last] = [add.slice(0, -1), add.at(-1)];
    for (const id of first) await this.add(id, { ...options, as: "learner" });
    const made = { ...rest, promote: [...promote, ...first] };
    if (last === undefined)
      return this.#made(leaving, until(this.#client().changeMembers(made, options), options));
    const node = await this.#nodes.open(last);
    const asked = node.change({ type: "change", change: { ...made, add: [last] } }, options);
    return this.#made(leaving, asked, node);
  }

  /**
   * Waits for a change, and ends the hosts of nodes that have left by it. A host that was asked to end its node may not have
   * answered; then the change is made all the same.
   *
   * @param coming the new node whose host makes the change.
   */
  async #made(
    leaving: readonly string[],
    change: Promise<void>,
    coming?: HostedNode,
  ): Promise<void> {
    try {
      await change;
    } catch (error) {
      if (!(error instanceof KontikiError)) throw error;
      if (coming !== undefined && (coming.isGone || !coming.isKnown))
        await this.#nodes.discard(coming.id);
      if (!(await this.#haveLeft(leaving))) throw error;
    }
    for (const id of leaving) await this.#nodes.discard(id);
  }

  /** Whether by a committed membership none of them is a member. */
  async #haveLeft(ids: readonly string[]): Promise<boolean> {
    if (ids.length === 0) return false;
    try {
      const { committed, members } = await this.#client().members({ timeoutMs: MEMBERS_MS });
      return committed && !members.some(({ id }) => ids.includes(id));
    } catch (error) {
      if (!(error instanceof KontikiError)) throw error;
      return false;
    }
  }
}

/** Waits for a change until it is aborted. A host that was asked to end a node may take longer. */
async function until(change: Promise<void>, { signal }: WaitOptions): Promise<void> {
  if (signal === undefined) return change;
  change.catch(() => {});
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
  });
  try {
    await Promise.race([change, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
