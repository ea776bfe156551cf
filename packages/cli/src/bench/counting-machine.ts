import { KeyValue, type KeyValueCommand, type KeyValueResult } from "@kontiki/actors";

/** The key that has the number of puts applied. No put of a load has this key. */
export const APPLIED_PUTS = "bench/puts";

/**
 * The key-value machine, with a pair that counts the puts applied.
 *
 * The number is part of the state, so snapshots and digests have it: however often logs are compacted, it tells whether
 * each put was applied exactly once.
 */
class CountingMachine extends KeyValue {
  override apply(command: KeyValueCommand): KeyValueResult {
    if (command.type === "put") {
      const puts = Number(this.query({ type: "get", key: APPLIED_PUTS })) + 1;
      super.apply({ type: "put", key: APPLIED_PUTS, value: String(puts) });
    }
    return super.apply(command);
  }
}

/** Creates the machine of a bench, in the threads of its nodes. */
export default (): KeyValue => new CountingMachine();
