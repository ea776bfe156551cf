import type { Index, NodeId } from "@kontiki/core";
import type { OutgoingMail } from "../mail/protocol.ts";
import type { Questions } from "./read-letters.ts";
import { encodeParcel } from "../mail/wire.ts";

/** How long to keep queries whose answer may have been lost, in ms: their clients have asked again long before. */
const KEPT_MS = 10_000;

/** How many read ids each start of a thread has. */
const READS_A_START = 2 ** 32;

type Asked = { readonly questions: readonly Questions[]; readonly at: number };
type Ready = { readonly questions: Questions; readonly index: Index };

/**
 * The ids of a node's reads. Each is used once, across restarts of its thread and reopenings of its disk (its thread
 * keeps this object for that): a late answer must not release a new read.
 */
export class ReadIds {
  #last: number;

  /** @param incarnation the start of the node's thread, from 1. */
  constructor(incarnation: number) {
    this.#last = incarnation * READS_A_START;
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}

/**
 * Pending queries of clients: first until it is known from which index on they may be answered, then until the state
 * machine has reached it (dissertation 6.4). All queries of a turn are one read.
 */
export class Reads {
  readonly #asked = new Map<number, Asked>();
  readonly #ids: ReadIds;
  #ready: Ready[] = [];

  constructor(ids: ReadIds) {
    this.#ids = ids;
  }

  /** Keeps queries under an id that no other read ever has. */
  ask(questions: readonly Questions[], now: number): number {
    this.#forget(now);
    const id = this.#ids.next();
    this.#asked.set(id, { questions, at: now });
    return id;
  }

  /** They may be answered from a state that has applied the entry at `index`. A duplicate answer does nothing. */
  ready(id: number, index: Index): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    for (const questions of asked?.questions ?? []) this.#ready.push({ questions, index });
  }

  /** No server can tell from which index on they may be answered: their clients are informed. */
  refuse(id: number, leader: NodeId | undefined): OutgoingMail[] {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return (asked?.questions ?? []).map((questions) => ({
      to: questions.client,
      bytes: encodeParcel({ type: "readRefused", id: questions.id, leader }),
    }));
  }

  /** Answers the queries that may be answered from a state that has applied everything up to `applied`. */
  answer(applied: Index, query: (question: Uint8Array) => Uint8Array): OutgoingMail[] {
    if (this.#ready.length === 0) return [];
    const due = this.#ready.filter(({ index }) => index <= applied);
    this.#ready = this.#ready.filter(({ index }) => index > applied);
    return due.map(({ questions }) => ({
      to: questions.client,
      bytes: encodeParcel({
        type: "readAnswers",
        id: questions.id,
        results: questions.questions.map(query),
      }),
    }));
  }

  #forget(now: number): void {
    for (const [id, { at }] of this.#asked) {
      if (now - at < KEPT_MS) return;
      this.#asked.delete(id);
    }
  }
}
