import type { Interpreted } from "../model.ts";
import type { Transaction, TransactionOutput } from "./transaction.ts";

type Ran = Interpreted<Transaction, TransactionOutput>;

/**
 * Guesses the order of transactions from what they read, as Elle does (Kingsbury and Alvaro, 2020): a writer of a value comes
 * before its readers, and these before the writer of the next value. The next one is known from lists, which show the order
 * of their values, and from transactions that read a value and then write. Where nothing is known, calls decide.
 */
export function transactionRanks(operations: readonly Ran[]): readonly number[] {
  const versions = new Versions();
  for (const [at, operation] of operations.entries()) versions.addWrites(operation, at);
  for (const operation of operations) versions.addReads(operation);
  const before = operations.map((): number[] => []);
  for (const [at, operation] of operations.entries()) {
    for (const { key, values } of readsOf(operation)) {
      const seen = values.at(-1) ?? "";
      const [writer, next] = [versions.writerOf(key, seen), versions.writerAfter(key, seen)];
      if (writer !== undefined && writer !== at) before[at]?.push(writer);
      if (next !== undefined && next !== at) before[next]?.push(at);
    }
  }
  versions.addOrder(before);
  return sorted(before);
}

type Read = { readonly key: string; readonly values: readonly string[] };

/** What a transaction read, without what it had written itself. */
function readsOf({ input, output }: Ran): readonly Read[] {
  const written = new Set<string>();
  return input.flatMap(({ type, key }, at) => {
    const read = output?.[at];
    if (type === "write") written.add(key);
    return type === "read" && read !== undefined && !written.has(key)
      ? [{ key, values: read.values }]
      : [];
  });
}

/** Which transaction wrote which value of a key, and which value comes after which. */
class Versions {
  readonly #writers = new Map<string, number>();
  readonly #next = new Map<string, { readonly key: string; readonly value: string }>();

  addWrites({ input }: Ran, at: number): void {
    for (const part of input)
      if (part.type === "write") this.#writers.set(nameOf(part.key, part.value), at);
  }

  addReads(operation: Ran): void {
    for (const { key, values } of readsOf(operation)) {
      let last = "";
      for (const value of values) {
        this.#next.set(nameOf(key, last), { key, value });
        last = value;
      }
      const write = operation.input.find((part) => part.type === "write" && part.key === key);
      if (write?.type === "write") this.#next.set(nameOf(key, last), { key, value: write.value });
    }
  }

  writerOf(key: string, value: string): number | undefined {
    return this.#writers.get(nameOf(key, value));
  }

  writerAfter(key: string, value: string): number | undefined {
    const next = this.#next.get(nameOf(key, value));
    return next === undefined ? undefined : this.writerOf(key, next.value);
  }

  /** Adds that each writer comes before the writer of the next value. */
  addOrder(before: readonly number[][]): void {
    for (const [name, { key, value }] of this.#next) {
      const [writer, next] = [this.#writers.get(name), this.writerOf(key, value)];
      if (writer !== undefined && next !== undefined && writer !== next) before[next]?.push(writer);
    }
  }
}

function nameOf(key: string, value: string): string {
  return JSON.stringify([key, value]);
}

/** Numbers the operations so that those before each have lower numbers, except in a cycle, which no order can fulfil. */
function sorted(before: readonly (readonly number[])[]): readonly number[] {
  const ranks = before.map(() => -1);
  const isOpen = before.map(() => false);
  let rank = 0;
  for (const start of before.keys()) {
    const stack = [start];
    while (stack.length > 0) {
      const at = stack.at(-1) ?? start;
      const waitsFor = isOpen[at] === true ? [] : (before[at] ?? []);
      isOpen[at] = true;
      const missing = waitsFor.filter((other) => isOpen[other] !== true);
      if (missing.length > 0) {
        stack.push(...missing);
        continue;
      }
      stack.pop();
      if (ranks[at] === -1) ranks[at] = rank++;
    }
  }
  return ranks;
}
