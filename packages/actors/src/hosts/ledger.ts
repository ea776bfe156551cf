import type { NodeId } from "@kontiki/core";
import type { Position, PresentNode } from "./host-wire.ts";

/** What a host knows of a node of another host. */
export type KnownNode = Position & {
  /** How often its host had started, and which life of it that was. */
  readonly start: number;
  readonly life: string;
};

/** A node as a start of its host presents it. */
export type Presented = PresentNode & { readonly start: number; readonly life: string };

/**
 * What a host knows of the nodes of other hosts: their last starts, and what they have promised since.
 *
 * A server that has lost a part of its persistent state cannot rejoin with its former identity, because it may have
 * forgotten a vote or an entry that was counted on (dissertation 3.8). A copy of its folder from earlier is such a loss, and
 * so is an empty folder. A host that comes with one is refused by all that know better: it has started less often than they
 * have seen, or what it recovered is less than what the node had told them.
 */
export class Ledger {
  readonly #known: Map<NodeId, KnownNode>;

  constructor(known: ReadonlyMap<NodeId, KnownNode> = new Map()) {
    this.#known = new Map(known);
  }

  get known(): ReadonlyMap<NodeId, KnownNode> {
    return this.#known;
  }

  /** Takes in a node that its host presents. Returns why it must not run, in one line; undefined if it may. */
  present(presented: Presented): string | undefined {
    const { node, uid, start, life, mark } = presented;
    const known = this.#known.get(node);
    const isSameStart = known?.start === start && known.life === life;
    if (isSameStart && uid <= known.uid) return undefined;
    const why = known && whyRefused(presented, known);
    if (why !== undefined) return why;
    const commit = known?.uid === uid ? known.commit : 0;
    this.#known.set(node, { uid, start, life, mark, commit });
    return undefined;
  }

  /** Whether that is the present start of the node. */
  isPresent(node: NodeId, life: string): boolean {
    return this.#known.get(node)?.life === life;
  }

  /** Notes what the present start of a node has told. Returns whether it is more than was known. */
  note(node: NodeId, { uid, mark, commit }: Position): boolean {
    const known = this.#known.get(node);
    // What an earlier disk of it has promised comes late.
    if (known?.uid !== uid || (mark <= known.mark && commit <= known.commit)) return false;
    const most = { mark: Math.max(mark, known.mark), commit: Math.max(commit, known.commit) };
    this.#known.set(node, { ...known, ...most });
    return true;
  }
}

function whyRefused(
  { node, uid, start, mark, last }: Presented,
  known: KnownNode,
): string | undefined {
  const copy = `the folder of ${node} is an older copy, or a new one`;
  // A later disk has promised nothing yet, and may be on another host, which has its own count of starts.
  if (uid > known.uid) return undefined;
  if (start < known.start)
    return `${copy}: it is in start ${start}, and start ${known.start} was seen`;
  if (start === known.start)
    return `${copy}, or two hosts have the node: start ${start} of its host was seen before`;
  if (uid < known.uid)
    return `${copy}: it is disk ${uid} of the node, and disk ${known.uid} was seen`;
  if (mark < known.mark)
    return `${copy}: it is in term ${termOf(mark)}, and has voted or was in term ${termOf(known.mark)}`;
  if (last < known.commit)
    return `${copy}: its log ends at entry ${last}, and it had entry ${known.commit}`;
  return undefined;
}

function termOf(mark: number): number {
  return Math.floor(mark / 2);
}
