import type { Index, NodeId } from "@kontiki/core";
import type { OutgoingMail } from "../mail/protocol.ts";
import type { Questions } from "./read-letters.ts";
import { encodeParcel } from "../mail/wire.ts";

/** How long questions are kept whose answer may have been lost, in ms: their clients have long asked again. */
const KEPT_MS = 10_000;

/** So many numbers of reads has each start of a thread. */
const READS_A_START = 2 ** 32;

type Asked = { readonly questions: readonly Questions[]; readonly at: number };
type Ready = { readonly questions: Questions; readonly index: Index };

/**
 * The numbers of a node's reads. Each is used once, over restarts of its thread and over its disk being opened again, for
 * which its thread keeps them: an old answer must not let a new read through.
 */
export class ReadIds {
  #last: number;

  /** @param incarnation which start of the node's thread it is, from 1. */
  constructor(incarnation: number) {
    this.#last = incarnation * READS_A_START;
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}

/**
 * Questions of clients on their way: first until it is known from which entry on they may be answered, then until the
 * state machine is there (dissertation 6.4). All questions of a turn are one read.
 */
export class Reads {
  readonly #asked = new Map<number, Asked>();
  readonly #ids: ReadIds;
  #ready: Ready[] = [];

  constructor(ids: ReadIds) {
    this.#ids = ids;
  }

  /** Keeps questions under a number that no other read ever has. */
  ask(questions: readonly Questions[], now: number): number {
    this.#forget(now);
    const id = this.#ids.next();
    this.#asked.set(id, { questions, at: now });
    return id;
  }

  /** They may be answered from a state that has the entry at `index`. An answer that came twice says nothing. */
  ready(id: number, index: Index): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    for (const questions of asked?.questions ?? []) this.#ready.push({ questions, index });
  }

  /** Nobody can say from where on they may be answered: their clients are told. */
  refuse(id: number, leader: NodeId | undefined): OutgoingMail[] {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return (asked?.questions ?? []).map((questions) => ({
      to: questions.client,
      bytes: encodeParcel({ type: "readRefused", id: questions.id, leader }),
    }));
  }

  /** Answers what may be answered from a state that has everything up to `applied`. */
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
