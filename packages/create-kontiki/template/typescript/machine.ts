import type { StateMachine } from "@kontiki/actors";

/** What clients send. Plain data: it goes into the log of every node. */
export type Command =
  | { readonly type: "deposit"; readonly account: string; readonly amount: number }
  | { readonly type: "withdraw"; readonly account: string; readonly amount: number }
  | { readonly type: "balance"; readonly account: string };

/** The balance afterwards; null when a withdrawal is refused. */
export type Result = number | null;

/**
 * A bank. Every node has one and applies the same commands in the same order, so it must be deterministic:
 * no clock, no randomness, no I/O.
 */
export class Bank implements StateMachine<Command, Result> {
  readonly #balances = new Map<string, number>();

  apply(command: Command): Result {
    const { type, account } = command;
    const balance = this.#balances.get(account) ?? 0;
    if (type === "balance") return balance;
    if (type === "withdraw" && command.amount > balance) return null;
    const after = type === "deposit" ? balance + command.amount : balance - command.amount;
    this.#balances.set(account, after);
    return after;
  }

  /** Answers a question on one node, without the log. It must change nothing. */
  query({ account }: Command): Result {
    return this.#balances.get(account) ?? 0;
  }

  /** The state as plain data. A node saves it and drops the log up to there. */
  snapshot(): unknown {
    return [...this.#balances];
  }

  /** Takes over a saved state, after a restart or from the leader. */
  restore(snapshot: unknown): void {
    this.#balances.clear();
    for (const [account, balance] of snapshot as [string, number][])
      this.#balances.set(account, balance);
  }
}

/** Each node loads this module in its own thread and calls this. */
export default (): Bank => new Bank();
