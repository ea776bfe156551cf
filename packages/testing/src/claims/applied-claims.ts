import { clientOf, headerOf } from "@kontiki/actors/node";
import type { Happening, Proposal } from "../engine/observer.ts";
import type { Committed } from "./committed.ts";
import type { Placed } from "./placed.ts";
import { plainText, samePlain } from "../history/plain.ts";
import type { Report } from "./report.ts";

/** A command as state machines applied it, and what they answered. */
export type Applied = { readonly command: unknown; readonly result: unknown };

/** Of an entry that was passed by: a repeat, a no-op, a change of membership. */
const NOTHING = "nothing";

/**
 * What must hold of the sequence in which state machines apply commands: it is the same on all nodes (Figure 3, State
 * Machine Safety), it is that of committed entries, it has no holes, and no operation is in it twice although it was
 * tried again (dissertation 6.3).
 *
 * The first node to pass an entry decides what there was to apply. All others must find the same.
 */
export class AppliedClaims {
  readonly #committed: Committed;
  readonly #report: Report;
  readonly #outcomes: (Applied | typeof NOTHING)[] = [];
  /** The entry in which an operation was applied. */
  readonly #indexes = new Map<string, number>();
  /** The last entry that each node has applied, or that was in the snapshot it has taken up. */
  readonly #positions = new Map<string, number>();
  #last = 0;

  constructor(committed: Committed, report: Report) {
    this.#committed = committed;
    this.#report = report;
  }

  /** The last entry of which any node has applied the command. */
  get lastIndex(): number {
    return this.#last;
  }

  /** Commands in committed entries that were passed by, because they had been applied before. */
  get repeats(): number {
    return this.#outcomes.filter(
      (outcome, at) => outcome === NOTHING && isOperation(this.#committed.at(at + 1)?.entry),
    ).length;
  }

  /** The command that was applied of the entry at `index`; undefined where there was none. */
  at(index: number): Applied | undefined {
    const outcome = this.#outcomes[index - 1];
    return outcome === NOTHING ? undefined : outcome;
  }

  /** In which entry an operation was applied. */
  indexOf({ client, sequence }: Proposal): number | undefined {
    return this.#indexes.get(keyOf(client, sequence));
  }

  /** How far a node is. */
  position(node: string): number {
    return this.#positions.get(node) ?? 0;
  }

  /** A node begins anew with the state as of this entry. */
  restored(node: string, index: number): void {
    this.#positions.set(node, index);
  }

  applied({ node, index, command, result }: Happening & { readonly type: "applied" }): void {
    const position = this.position(node);
    if (index <= position)
      return this.#says(`${node} applies entry ${index}, and has applied ${position} before`);
    if (index > this.#committed.lastIndex)
      return this.#says(`${node} applies entry ${index}, which nobody has committed`);
    for (let passed = position + 1; passed < index; passed += 1) this.#pass(node, passed);
    this.#positions.set(node, index);
    const known = this.#outcomes[index - 1];
    if (known === undefined) this.#first(node, index, { command, result });
    else if (known === NOTHING)
      this.#says(`${node} applies ${plainText(command)} of entry ${index}, and others did not`);
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
    this.#says(`${node} ${does} ${ours} at entry ${index}, and others ${theirs}`);
  }

  #says(text: string): void {
    this.#report({ check: "applied sequence", text });
  }
}

/** Whether an entry is an operation of a client, and does not only open its session. */
function isOperation(entry: Placed["entry"] | undefined): boolean {
  return entry?.type === "command" && headerOf(entry.command).sequence > 0;
}

function keyOf(client: number, sequence: number): string {
  return `${client}/${sequence}`;
}
