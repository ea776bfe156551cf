import { Bank } from "./bank.ts";

/**
 * The bug. Its snapshot is from the time when a transfer was one step, and was not changed when `inTransit` came. No test of
 * `apply` alone can see it.
 */
export class ForgetfulBank extends Bank {
  override snapshot(): unknown {
    return [...this.balances];
  }

  override restore(snapshot: unknown): void {
    super.restore({ balances: snapshot, inTransit: [] });
  }
}
