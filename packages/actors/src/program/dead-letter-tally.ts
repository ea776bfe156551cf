import type { Address } from "../mail/address.ts";
import type { ClusterEvent, DeadLetterReason } from "../mail/status.ts";
import { DeadLetters } from "../mailboxes/dead-letters.ts";

type DeadLetterEvent = ClusterEvent & { readonly type: "deadLetter" };

/** The letters that could not be delivered: the supervisor counts them, and so does the program's end. */
export class DeadLetterTally {
  readonly #report: (event: DeadLetterEvent) => void;
  readonly #here = new DeadLetters();
  #supervisors: ReadonlyMap<string, number> = new Map();
  /** Those that were reported, by either. */
  readonly #reported = new Set<string>();

  /** @param report tells of the first one of each address and reason. */
  constructor(report: (event: DeadLetterEvent) => void) {
    this.#report = report;
  }

  /** How many letters could not be delivered, by reason and address. */
  get counts(): ReadonlyMap<string, number> {
    const all = new Map(this.#supervisors);
    for (const [key, count] of this.#here.counts) all.set(key, count + (all.get(key) ?? 0));
    return all;
  }

  /** Letters could not be delivered here. */
  add(to: Address, reason: DeadLetterReason, count: number): void {
    if (this.#here.add(to, reason, count)) this.onFirst({ type: "deadLetter", to, reason });
  }

  /** The supervisor has published its counts. */
  onCounted(counts: ReadonlyMap<string, number>): void {
    this.#supervisors = counts;
  }

  /** The supervisor counts dead letters, and so does this end. The first of both is reported. */
  onFirst(event: DeadLetterEvent): void {
    const key = `${event.to}: ${event.reason}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#report(event);
  }
}
