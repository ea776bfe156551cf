import type { Index, NodeId } from "@kontiki/core";
import type { OutgoingMail } from "./protocol.ts";
import type { Questions } from "./read-letters.ts";
import { encodeParcel } from "./wire.ts";

/** How long questions are kept whose answer may have been lost, in ms: their clients have long asked again. */
const KEPT_MS = 10_000;

/** Numbers of reads are used once, over restarts of a thread too: an old answer must not let a new read through. */
const READS_A_LIFE = 2 ** 32;

type Asked = { readonly questions: readonly Questions[]; readonly at: number };
type Ready = { readonly questions: Questions; readonly index: Index };

/**
 * Questions of clients on their way: first until it is known from which entry on they may be answered, then until the
 * state machine is there (dissertation 6.4). All questions of a turn are one read.
 */
export class Reads {
  readonly #asked = new Map<number, Asked>();
  #ready: Ready[] = [];
  #lastId: number;

  /** @param incarnation which start of the node's thread it is. */
  constructor(incarnation: number) {
    this.#lastId = incarnation * READS_A_LIFE;
  }

  /** Keeps questions under a number that no other read ever has. */
  ask(questions: readonly Questions[], now: number): number {
    this.#forget(now);
    this.#lastId += 1;
    this.#asked.set(this.#lastId, { questions, at: now });
    return this.#lastId;
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

  /** Whether there is something to answer at `applied`. */
  waitsFor(applied: Index): boolean {
    return this.#ready.some(({ index }) => index <= applied);
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
