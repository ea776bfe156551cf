import type { Term } from "@kontiki/core";
import type { Read } from "./read-letters.ts";

/** The last start of each peer's thread that a node has heard of. */
export class PeerStarts {
  readonly #incarnations = new Map<string, number>();

  /** Notes which starts a turn's letters come from. */
  heard(incarnations: Read["heard"]): void {
    for (const [node, incarnation] of incarnations)
      this.#incarnations.set(node, Math.max(incarnation, this.#incarnations.get(node) ?? 0));
  }

  /**
   * Whether an obituary still counts: the node was not heard from in a later start since, and cannot lead the present term
   * again. If it does, it may have a lease (dissertation 6.4.1), which depends on votes that are withheld.
   */
  counts({ node, incarnation, stage = Infinity }: Read["obituaries"][number], term: Term): boolean {
    return incarnation >= (this.#incarnations.get(node) ?? 0) && term <= stage;
  }
}
