import type { NodeId } from "@kontiki/core";
import type { ReadOptions } from "./client-reads.ts";
import {
  eachAnswer,
  type Asking,
  type ClientEffect,
  type ProposalEnd,
  type ReadEnd,
} from "./client-effect.ts";
import type { Client } from "./client.ts";
import type { Slice } from "../bytes/slice.ts";
import { Numbered } from "./numbered.ts";

/** Gets the end of a proposal, and its sequence number. */
export type OnProposalEnd = (end: ProposalEnd, sequence: number) => void;

/**
 * The calls of a client's users, each with a callback for its end, and the performing of the client's effects.
 *
 * The same for a client in a process and for one in a simulation: they differ in how time passes and how a parcel is
 * sent.
 */
export class ClientCalls {
  readonly #client: Client;
  readonly #send: (to: NodeId, asking: Asking) => void;
  readonly #proposals = new Numbered<OnProposalEnd>();
  readonly #reads = new Numbered<(end: ReadEnd) => void>();

  constructor(client: Client, send: (to: NodeId, asking: Asking) => void) {
    this.#client = client;
    this.#send = send;
  }

  /** Proposes a command, and calls back once when it has ended. Gives its sequence number. */
  propose(command: Slice, deadline: number, onEnd: OnProposalEnd): number {
    const sequence = this.#client.propose(command, deadline);
    this.#proposals.add(sequence, onEnd);
    return sequence;
  }

  /** Asks a question, encoded as a command is, and calls back once when it has ended. */
  read(
    question: Slice,
    options: ReadOptions,
    deadline: number,
    onEnd: (end: ReadEnd) => void,
  ): void {
    this.#reads.add(this.#client.read(question, options, deadline), onEnd);
  }

  /** Performs what the client wants done, in order. */
  perform(effects: readonly ClientEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "send":
          this.#send(effect.to, { type: "propose", id: effect.parcel, commands: effect.commands });
          break;
        case "sendRead": {
          const { to, parcel: id, consistency, questions } = effect;
          this.#send(to, { type: "read", id, consistency, questions });
          break;
        }
        case "answered":
          eachAnswer(effect, this.#onAnswer);
          break;
        case "settle":
          settle(this.#proposals, effect.sequence, effect.end);
          break;
        case "settleRead":
          settle(this.#reads, effect.read, effect.end);
          break;
        default:
          effect satisfies never;
      }
    }
  }

  readonly #onAnswer = (sequence: number, end: ProposalEnd): void =>
    settle(this.#proposals, sequence, end);
}

/** Forgets the call first: its callback may make another one. */
function settle<End>(
  calls: Numbered<(end: End, number: number) => void>,
  number: number,
  end: End,
): void {
  calls.take(number)?.(end, number);
}
