import { index, type Message, type NodeId } from "@kontiki/core";
import type { NodeActor } from "../../../../packages/actors/src/node/node-actor.ts";
import type { CommandBytes } from "../../../../packages/actors/src/storage/storage.ts";
import type { Findings } from "./findings.ts";

type Position = { readonly index: number; readonly term: number };

/** What a node promised in all its lives: kept outside of it, where no power loss reaches. */
export class Promises {
  readonly #id: NodeId;
  readonly #findings: Findings;
  readonly #votes = new Map<number, NodeId>();
  #term = 0;
  /** Positions of the log that it reported to be on disk, and has not given up since for a later leader. */
  #holds: Position[] = [];

  constructor(id: NodeId, findings: Findings) {
    this.#id = id;
    this.#findings = findings;
  }

  /** Notes what a message promises that leaves the node. */
  onSent(actor: NodeActor, to: NodeId, message: Message<CommandBytes>): void {
    this.#term = Math.max(this.#term, message.term);
    const vote = voteIn(message, this.#id, to);
    if (vote !== undefined) {
      const given = this.#votes.get(message.term) ?? vote;
      this.#votes.set(message.term, given);
      if (given !== vote)
        this.#report("two votes", `voted for ${given} and ${vote} in ${message.term}`);
    }
    if (message.type === "appendAccepted" && message.match > 0) {
      const term = actor.log.termAt(message.match);
      if (term !== undefined) this.#holds.push({ index: message.match, term });
    }
  }

  /** Drops promises that a later leader has replaced, once they may be gone from the disk. Returns how many. */
  giveUpReplaced(actor: NodeActor): number {
    const before = this.#holds.length;
    this.#holds = this.#holds.filter((at) => isHeld(actor, at));
    return before - this.#holds.length;
  }

  /**
   * Checks a recovered node: its disk must record everything that it ever promised (§5.2, Figure 2 "persistent state").
   */
  checkRecovered(actor: NodeActor): void {
    const { state } = actor;
    if (state.term < this.#term)
      this.#report("promise", `sent term ${this.#term} and knows only ${state.term}`);
    const vote = this.#votes.get(state.term);
    if (vote !== undefined && vote !== state.votedFor)
      this.#report("promise", `forgot its vote for ${vote} in term ${state.term}`);
    for (const at of this.#holds) {
      if (isHeld(actor, at)) continue;
      this.#report("promise", `reported that it holds ${at.index}@${at.term} and does not`);
    }
  }

  #report(kind: string, what: string): void {
    this.#findings.report(kind, `${this.#id} ${what}`);
  }
}

/** The candidate that a message gives the vote of `from`. */
function voteIn(message: Message<CommandBytes>, from: NodeId, to: NodeId): NodeId | undefined {
  if (message.type === "requestVote") return from;
  return message.type === "voteReply" && message.granted ? to : undefined;
}

/** Whether a node still has an entry that it promised to hold: in its log, or in its snapshot as it was committed. */
function isHeld({ log, state }: NodeActor, at: Position): boolean {
  return at.index <= (state.snapshot?.index ?? 0) || log.termAt(index(at.index)) === at.term;
}
