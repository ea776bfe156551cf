import type { Message } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import type { DiskWitness } from "./disk-witness.ts";
import type { ElectionClaims } from "./election-claims.ts";
import type { Report } from "./report.ts";

/**
 * Checks that everything a message promises is durable on its sender (Figure 2, "updated on stable storage before responding
 * to RPCs"): the term of the message, the vote that it gives or that a leader depends on, the entries that it acknowledges.
 * And that a disk gives one vote in a term, over all crashes (§5.2).
 */
export class PromiseClaims {
  readonly #elections: ElectionClaims;
  readonly #report: Report;

  constructor(elections: ElectionClaims, report: Report) {
    this.#elections = elections;
    this.#report = report;
  }

  /** A message to another node has left the node of this disk. */
  posted(disk: DiskWitness, to: string, message: Message<CommandBytes>): void {
    const { term } = message;
    switch (message.type) {
      case "requestPreVote":
      case "rejoin":
        return;
      case "preVoteReply":
        return message.granted ? undefined : this.#inTerm(disk, term);
      case "voteReply":
        return message.granted ? this.#votes(disk, term, to) : this.#inTerm(disk, term);
      case "requestVote":
      case "appendEntries":
      case "snapshotChunk":
      case "timeoutNow":
        return this.#votes(disk, term, disk.node);
      case "appendAccepted":
        this.#inTerm(disk, term);
        return this.#holds(disk, term, message.match);
      case "appendRejected":
      case "chunkReply":
      case "readRequest":
      case "readReply":
      case "fetchRequest":
      case "fetchReply":
      case "fetchChunk":
      case "fetchedChunk":
        return this.#inTerm(disk, term);
      default:
        return message satisfies never;
    }
  }

  #inTerm(disk: DiskWitness, term: number): void {
    if (disk.hard.term < term) this.#says(disk, `speaks in term ${term}`);
  }

  /** A node that has durably moved to a later term never votes in this one again. */
  #votes(disk: DiskWitness, term: number, candidate: string): void {
    const { hard, vote } = disk;
    if (hard.term < term || (hard.term === term && hard.votedFor !== candidate))
      this.#says(disk, `gives ${candidate} its vote of term ${term}`);
    if (vote?.term === term && vote.candidate !== candidate)
      this.#report({
        check: "votes",
        text: `${disk.name} votes for ${vote.candidate} and for ${candidate} in term ${term}`,
      });
    if (vote?.term === term && vote.candidate === candidate) return;
    disk.vote = { term, candidate };
    this.#elections.voted(disk, term, candidate);
  }

  /** Once a later leader has durably replaced an entry, the promise to an earlier leader no longer counts. */
  #holds(disk: DiskWitness, term: number, match: number): void {
    const isDurable = match <= disk.durableUpTo;
    if (!isDurable && disk.hard.term <= term) this.#says(disk, `acknowledges entry ${match}`);
  }

  #says({ name, hard, durableUpTo }: DiskWitness, what: string): void {
    this.#report({
      check: "durable equals promised",
      text: `${name} ${what}, but its disk has term ${hard.term}, vote ${hard.votedFor}, entries up to ${durableUpTo}`,
    });
  }
}
