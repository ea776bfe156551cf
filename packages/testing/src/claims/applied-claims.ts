import { clientOf, headerOf } from "@kontiki/actors/node";
import type { Happening, Proposal } from "../engine/observer.ts";
import type { Committed } from "./committed.ts";
import type { Placed } from "./placed.ts";
import { plainText, samePlain } from "../history/plain.ts";
import type { Report } from "./report.ts";

/** A command that state machines applied, and their answer. */
export type Applied = { readonly command: unknown; readonly result: unknown };

/** What is applied of a repeat, a no-op or a change of membership. */
const NOTHING = "nothing";

/**
 * Checks the sequence in which state machines apply commands: it is the same on all nodes (Figure 3, State Machine Safety),
 * it is that of the committed entries, it has no gaps, and it has no operation twice, even if a client retried it
 * (dissertation 6.3).
 *
 * The first node that applies an entry, or skips it, decides what was to be applied. All others must do the same.
 */
export class AppliedClaims {
  readonly #committed: Committed;
  readonly #report: Report;
  readonly #outcomes: (Applied | typeof NOTHING)[] = [];
  /** The entry in which an operation was applied. */
  readonly #indexes = new Map<string, number>();
  /** The last entry that each node has applied or restored from a snapshot. */
  readonly #positions = new Map<string, number>();
  readonly #threw = { onPurpose: 0, unexpected: 0 };
  #last = 0;

  constructor(committed: Committed, report: Report) {
    this.#committed = committed;
    this.#report = report;
  }

  /** The last entry whose command any node has applied. */
  get lastIndex(): number {
    return this.#last;
  }

  /** Commands in committed entries that were skipped, because they had been applied before. */
  get repeats(): number {
    return this.#outcomes.filter(
      (outcome, at) => outcome === NOTHING && isOperation(this.#committed.at(at + 1)?.entry),
    ).length;
  }

  /** How many commands were answered with an error that the machine threw. */
  get threw(): Readonly<Record<"onPurpose" | "unexpected", number>> {
    return this.#threw;
  }

  /** The command that was applied at `index`; undefined when there was none. */
  at(index: number): Applied | undefined {
    const outcome = this.#outcomes[index - 1];
    return outcome === NOTHING ? undefined : outcome;
  }

  /** The entry in which an operation was applied. */
  indexOf({ client, sequence }: Proposal): number | undefined {
    return this.#indexes.get(keyOf(client, sequence));
  }

  /** The last entry that a node has applied or restored. */
  position(node: string): number {
    return this.#positions.get(node) ?? 0;
  }

  /** A node has restored the state as of this entry. */
  restored(node: string, index: number): void {
    this.#positions.set(node, index);
  }

  applied(happening: Happening & { readonly type: "applied" }): void {
    const { node, index, command, result } = happening;
    const position = this.position(node);
    if (index <= position)
      return this.#says(`${node} applies entry ${index}, but has applied ${position} already`);
    if (index > this.#committed.lastIndex)
      return this.#says(`${node} applies entry ${index}, which no node has committed`);
    for (let passed = position + 1; passed < index; passed += 1) this.#pass(node, passed);
    this.#positions.set(node, index);
    const known = this.#outcomes[index - 1];
    if (known === undefined) {
      if (happening.threw !== undefined) this.#threw[happening.threw] += 1;
      this.#first(node, index, { command, result });
    } else if (known === NOTHING)
      this.#says(
        `${node} applies ${plainText(command)} of entry ${index}, but other nodes did not`,
      );
    else if (!samePlain(known.command, command))
      this.#differ(node, index, "applies", command, known.command);
    else if (!samePlain(known.result, result))
      this.#differ(node, index, "answers", result, known.result);
  }

  #pass(node: string, index: number): void {
    const known = (this.#outcomes[index - 1] ??= NOTHING);
    if (known !== NOTHING)
      this.#says(`${node} does not apply ${plainText(known.command)} of entry ${index}`);
  }

  #first(node: string, index: number, outcome: Applied): void {
    this.#outcomes[index - 1] = outcome;
    this.#last = index;
    const entry = this.#committed.at(index)?.entry;
    if (entry?.type !== "command")
      return this.#says(`${node} applies a command of entry ${index}, which is a ${entry?.type}`);
    const { client, sequence } = headerOf(entry.command);
    const key = keyOf(clientOf(client), sequence);
    const before = this.#indexes.get(key);
    if (before === undefined) this.#indexes.set(key, index);
    else
      this.#report({
        check: "exactly once",
        text: `${plainText(outcome.command)} of c${clientOf(client)} is applied in entry ${before} and again in ${index}`,
      });
  }

  #differ(node: string, index: number, does: string, one: unknown, other: unknown): void {
    const [ours, theirs] = [plainText(one), plainText(other)];
    this.#says(`${node} ${does} ${ours} at entry ${index}, but other nodes ${theirs}`);
  }

  #says(text: string): void {
    this.#report({ check: "applied sequence", text });
  }
}

/** Whether an entry is an operation of a client, and not only the opening of its session. */
function isOperation(entry: Placed["entry"] | undefined): boolean {
  return entry?.type === "command" && headerOf(entry.command).sequence > 0;
}

function keyOf(client: number, sequence: number): string {
  return `${client}/${sequence}`;
}
