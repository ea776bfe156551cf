import { clientOf, decodeCopy, type CommandInEntry } from "@kontiki/actors/node";
import type { Happening, Proposal } from "../engine/observer.ts";
import { operationsIn, type Applied, type AppliedEntry } from "./applied-entry.ts";
import type { Committed } from "./committed.ts";
import { plainText, samePlain } from "../history/plain.ts";
import type { Report } from "./report.ts";

/** An entry, and a place among the commands applied of it. */
type Place = { readonly index: number; readonly nth: number };

/** An entry, and how many of its commands were applied. */
type Position = Place;

/** Before the first entry. */
const START: Position = { index: 0, nth: Infinity };

/** More than the commands of any run. */
const RUN_PLACES = 2048;

/**
 * Checks the sequence in which state machines apply commands: it is the same on all nodes (Figure 3, State Machine Safety),
 * it is that of the committed entries, it has no gaps, and it has no operation twice, even if a client retried it
 * (dissertation 6.3).
 *
 * The first node that applies an entry, or skips it, decides what was to be applied. All others must do the same. A node
 * that crashes in the middle of a run leaves the rest for the others to decide.
 */
export class AppliedClaims {
  readonly #committed: Committed;
  readonly #report: Report;
  readonly #entries: AppliedEntry[] = [];
  /** Where an operation was applied. */
  readonly #places = new Map<string, Place>();
  /** The last entry that each node has applied or restored from a snapshot, and how many of its commands. */
  readonly #positions = new Map<string, Position>();
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
    return this.#entries.reduce(
      (sum, { commands }, at) => sum + this.#operationsAt(at + 1).length - commands.length,
      0,
    );
  }

  /** How many commands were answered with an error that the machine threw. */
  get threw(): Readonly<Record<"onPurpose" | "unexpected", number>> {
    return this.#threw;
  }

  /** The commands that were applied at `index`, in order. */
  at(index: number): readonly Applied[] {
    return this.#entries[index - 1]?.commands ?? [];
  }

  /** The entry in which an operation was applied. */
  indexOf(proposal: Proposal): number | undefined {
    return this.#placeOf(proposal)?.index;
  }

  /** The place of an operation in the order of all that was applied. */
  orderOf(proposal: Proposal): number | undefined {
    const place = this.#placeOf(proposal);
    return place && place.index + place.nth / RUN_PLACES;
  }

  /** How an operation was applied. */
  of(proposal: Proposal): Applied | undefined {
    const place = this.#placeOf(proposal);
    return place && this.at(place.index)[place.nth];
  }

  /** The last entry that a node has applied or restored. */
  position(node: string): number {
    return this.#positions.get(node)?.index ?? 0;
  }

  /** A node has restored the state as of this entry. */
  restored(node: string, index: number): void {
    this.#positions.set(node, { index, nth: Infinity });
  }

  applied(happening: Happening & { readonly type: "applied" }): void {
    const { node, index, command, result } = happening;
    const position = this.#positions.get(node) ?? START;
    if (index < position.index || (index === position.index && this.#isOver(position)))
      return this.#says(
        `${node} applies entry ${index}, but has applied ${position.index} already`,
      );
    if (index > this.#committed.lastIndex)
      return this.#says(`${node} applies entry ${index}, which no node has committed`);
    if (index > position.index) this.#leave(node, position, index);
    const entry = this.#entryAt(index);
    const nth = index === position.index ? position.nth : 0;
    this.#positions.set(node, { index, nth: nth + 1 });
    const known = entry.commands[nth];
    if (known !== undefined) this.#compare(node, index, known, { command, result });
    else if (entry.isComplete)
      this.#says(
        `${node} applies ${plainText(command)} of entry ${index}, but other nodes did not`,
      );
    else {
      if (happening.threw !== undefined) this.#threw[happening.threw] += 1;
      this.#first(node, index, { command, result });
    }
  }

  /** Whether a node can apply nothing more of the entry that it was at. */
  #isOver({ index, nth }: Position): boolean {
    return nth >= Math.max(1, this.#operationsAt(index).length);
  }

  /** A node goes on to the entry `to`: what it has not applied before that, it does not apply. */
  #leave(node: string, { index, nth }: Position, to: number): void {
    for (let passed = nth === Infinity ? index + 1 : index; passed < to; passed += 1) {
      const entry = this.#entryAt(passed);
      entry.isComplete = true;
      const [skipped] = entry.commands.slice(passed === index ? nth : 0);
      if (skipped !== undefined)
        this.#says(`${node} does not apply ${plainText(skipped.command)} of entry ${passed}`);
    }
  }

  #compare(node: string, index: number, known: Applied, { command, result }: Applied): void {
    if (!samePlain(known.command, command))
      this.#differ(node, index, "applies", command, known.command);
    else if (!samePlain(known.result, result))
      this.#differ(node, index, "answers", result, known.result);
  }

  #first(node: string, index: number, applied: Applied): void {
    const { commands } = this.#entryAt(index);
    const nth = commands.push(applied) - 1;
    this.#last = index;
    const entry = this.#committed.at(index)?.entry;
    const operations = this.#operationsAt(index);
    if (operations.length === 0)
      return this.#says(`${node} applies a command of entry ${index}, which is a ${entry?.type}`);
    const operation = this.#which(operations, applied);
    if (operation === undefined)
      return this.#says(
        `${node} applies ${plainText(applied.command)} of entry ${index}, which has no such command`,
      );
    const key = keyOf(operation);
    const before = this.#places.get(key);
    if (before === undefined) this.#places.set(key, { index, nth });
    else
      this.#report({
        check: "exactly once",
        text: `${plainText(applied.command)} of c${clientOf(operation.client)} is applied in entry ${before.index} and again in ${index}`,
      });
  }

  /** The operation of an entry that was applied: the first such one that was not, or else one that was. */
  #which(operations: readonly CommandInEntry[], { command }: Applied): CommandInEntry | undefined {
    const [only] = operations;
    if (operations.length === 1) return only;
    const same = operations.filter(({ payload }) => samePlain(decodeCopy(payload), command));
    return same.find((one) => !this.#places.has(keyOf(one))) ?? same[0];
  }

  #operationsAt(index: number): readonly CommandInEntry[] {
    return operationsIn(this.#committed.at(index)?.entry);
  }

  #entryAt(index: number): AppliedEntry {
    return (this.#entries[index - 1] ??= { commands: [], isComplete: false });
  }

  #placeOf({ client, sequence }: Proposal): Place | undefined {
    return this.#places.get(keyOf({ client, sequence }));
  }

  #differ(node: string, index: number, does: string, one: unknown, other: unknown): void {
    const [ours, theirs] = [plainText(one), plainText(other)];
    this.#says(`${node} ${does} ${ours} at entry ${index}, but other nodes ${theirs}`);
  }

  #says(text: string): void {
    this.#report({ check: "applied sequence", text });
  }
}

function keyOf({ client, sequence }: Pick<CommandInEntry, "client" | "sequence">): string {
  return `${clientOf(client)}/${sequence}`;
}
