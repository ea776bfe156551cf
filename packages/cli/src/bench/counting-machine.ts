import { KeyValue, type KeyValueCommand, type KeyValueResult } from "@kontiki/actors";

/** The key that answers with the number of puts applied. No put of a load has this key. */
export const APPLIED_PUTS = "bench/puts";

/**
 * The key-value machine, which also counts the puts applied.
 *
 * The number is part of the state, so snapshots and digests have it: however often logs are compacted, it tells whether
 * each put was applied exactly once. It is a field, and a pair in snapshots only, so that it costs the load nothing.
 */
class CountingMachine extends KeyValue {
  #puts = 0;

  override apply(command: KeyValueCommand): KeyValueResult {
    if (command?.type === "put") this.#puts += 1;
    return super.apply(command);
  }

  override query(query: KeyValueCommand): KeyValueResult {
    const isCount = query?.type === "get" && query.key === APPLIED_PUTS;
    return isCount ? String(this.#puts) : super.query(query);
  }

  override snapshot(): readonly (readonly [string, string])[] {
    return [[APPLIED_PUTS, String(this.#puts)], ...super.snapshot()];
  }

  override restore(snapshot: unknown): void {
    super.restore(snapshot);
    this.#takeCount();
  }

  /** The pairs are taken now, not when the first part is read: puts may come in between. */
  override snapshotParts(): Iterable<readonly string[]> {
    return followedBy(super.snapshotParts(), [APPLIED_PUTS, String(this.#puts)]);
  }

  override restoreParts(parts: Iterable<unknown>): void {
    super.restoreParts(parts);
    this.#takeCount();
  }

  /** A restored state has the number as a pair. */
  #takeCount(): void {
    this.#puts = Number(super.query({ type: "get", key: APPLIED_PUTS }));
    super.apply({ type: "delete", key: APPLIED_PUTS });
  }
}

function* followedBy<T>(parts: Iterable<T>, last: T): Generator<T> {
  yield* parts;
  yield last;
}

/** Creates the machine of a bench, in the threads of its nodes. */
export default (): KeyValue => new CountingMachine();
