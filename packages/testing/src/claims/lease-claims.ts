import {
  initialMembership,
  uidOf,
  type Membership,
  type NodeId,
  type State,
  type Term,
} from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";
import type { Report } from "./report.ts";
import type { Servers } from "./servers.ts";

/**
 * Checks leases against what is true at the time of each read (dissertation 6.4.1): while a leader answers a read without asking
 * its followers, no other server leads a later term, and none could be elected, because enough voters withhold their votes. It
 * does not matter whether the answer would be old.
 *
 * A leader that asked another server to stand has no lease in this term any more: that server gets votes in spite of it.
 */
export class LeaseClaims {
  readonly #initial: Membership;
  readonly #servers: Servers;
  readonly #report: Report;
  /** The last term in which each server asked another to stand. */
  readonly #asked = new Map<NodeId, Term>();

  /** @param voters the voters at the beginning. */
  constructor(voters: readonly NodeId[], servers: Servers, report: Report) {
    this.#initial = initialMembership(voters);
    this.#servers = servers;
    this.#report = report;
  }

  onStep({ node, event, after, effects }: CoreStep): void {
    if (after.role.type !== "leader") return;
    if (effects.some((effect) => effect.type === "send" && effect.message.type === "timeoutNow"))
      this.#asked.set(node, after.term);
    if (event.type !== "read" || !event.leased) return;
    if (!effects.some(({ type }) => type === "readReady")) return;
    const says = (why: string): void =>
      this.#report({
        check: "lease",
        text: `${node} answers a read by its lease of term ${after.term}, but ${why}`,
      });
    for (const { node: other, state } of this.#servers.running)
      if (other !== node && state?.role.type === "leader" && state.term > after.term)
        says(`${other} leads term ${state.term}`);
    if (this.#asked.get(node) === after.term) says("has asked another server to stand");
    const free = this.#free(node, after);
    if (free !== undefined) says(`${free.join()} would vote for another server`);
  }

  /** Voters that withhold their votes from nobody, if they could elect another server. */
  #free(node: NodeId, { memberships }: State): readonly NodeId[] | undefined {
    const membership = memberships.at(-1)?.membership ?? this.#initial;
    const isFree = (voter: NodeId): boolean =>
      voter !== node && !this.#withholds(voter, uidOf(membership, voter));
    const halves = [membership.voters, membership.outgoing].filter(({ length }) => length > 0);
    const free = halves.map((half) => half.filter(isFree));
    const couldElect = free.every((some, at) => some.length > (halves[at]?.length ?? 0) / 2);
    return couldElect ? [...new Set(free.flat())] : undefined;
  }

  /** A server that does not run withholds its vote when it has started again: it assumes that it has just heard from a leader. */
  #withholds(voter: NodeId, uid: number | undefined): boolean {
    const server = this.#servers.get(voter);
    if (server?.state === undefined || server.disk.uid !== uid) return true;
    const { role } = server.state;
    return role.type === "leader" || (role.type === "follower" && role.heard);
  }
}
