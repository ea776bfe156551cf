import type { Parcel } from "@kontiki/actors/node";
import type { Report } from "./report.ts";

/** What became of a parcel of a client that the node which got it did not take. */
type Fate = { forwardedBy: string | undefined; refusedBy: string | undefined };

/**
 * Checks that a parcel of proposals has one fate: it is taken, or refused once, or forwarded once and then taken or refused by
 * the node that it was forwarded to. One that was forwarded and refused would be applied although its client was informed
 * that it was not; one that is forwarded again could go around forever.
 */
export class ForwardClaims {
  readonly #report: Report;
  readonly #fates = new Map<string, Fate>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** A node has sent a parcel to another node or to a client. */
  posted(from: string, to: string, parcel: Parcel): void {
    if (parcel.type === "forward") this.#forwarded(from, parcel.client, parcel.id);
    if (parcel.type === "refused") this.#refused(from, to, parcel.id);
  }

  #forwarded(node: string, client: string, id: number): void {
    const fate = this.#fateOf(client, id);
    if (fate.refusedBy === node) this.#says(client, id, `is refused and forwarded by ${node}`);
    if (fate.forwardedBy !== undefined)
      this.#says(client, id, `is forwarded by ${fate.forwardedBy}, and again by ${node}`);
    fate.forwardedBy = node;
  }

  #refused(node: string, client: string, id: number): void {
    const fate = this.#fateOf(client, id);
    if (fate.forwardedBy === node) this.#says(client, id, `is forwarded and refused by ${node}`);
    if (fate.refusedBy !== undefined)
      this.#says(client, id, `is refused by ${fate.refusedBy}, and again by ${node}`);
    fate.refusedBy = node;
  }

  #fateOf(client: string, id: number): Fate {
    const key = `${client} ${id}`;
    let fate = this.#fates.get(key);
    if (fate === undefined) {
      fate = { forwardedBy: undefined, refusedBy: undefined };
      this.#fates.set(key, fate);
    }
    return fate;
  }

  #says(client: string, id: number, what: string): void {
    this.#report({ check: "forwards", text: `parcel ${id} of ${client} ${what}` });
  }
}
