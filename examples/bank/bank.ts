import { CommandError, type StateMachine } from "@kontiki/actors";

/** A transfer has two steps: `send` takes the money, `settle` delivers it. In between it is in transit. */
export type BankCommand =
  | { readonly type: "open"; readonly account: string; readonly amount: number }
  | {
      readonly type: "send";
      readonly id: string;
      readonly from: string;
      readonly to: string;
      readonly amount: number;
    }
  | { readonly type: "settle"; readonly id: string }
  /** All the money that there is. */
  | { readonly type: "audit" };

type Transfer = { readonly to: string; readonly amount: number };

export class Bank implements StateMachine<BankCommand, number> {
  protected readonly balances = new Map<string, number>();
  protected readonly inTransit = new Map<string, Transfer>();

  /** Answers with the balance of the account, or the total. A command that breaks a rule throws and changes nothing. */
  apply(command: BankCommand): number {
    switch (command.type) {
      case "open":
        return this.#open(command.account, command.amount);
      case "send":
        return this.#send(command);
      case "settle":
        return this.#settle(command.id);
      case "audit":
        return this.query();
    }
  }

  /** The only question is `audit`. */
  query(): number {
    const amounts = [...this.inTransit.values()].map(({ amount }) => amount);
    return [...this.balances.values(), ...amounts].reduce((sum, amount) => sum + amount, 0);
  }

  snapshot(): unknown {
    return { balances: [...this.balances], inTransit: [...this.inTransit] };
  }

  restore(snapshot: unknown): void {
    const { balances, inTransit } = snapshot as {
      balances: [string, number][];
      inTransit: [string, Transfer][];
    };
    refill(this.balances, balances);
    refill(this.inTransit, inTransit);
  }

  #open(account: string, amount: number): number {
    if (this.balances.has(account)) throw new CommandError(`${account} is open already`);
    return this.#set(account, positive(amount));
  }

  #send({ id, from, to, amount }: BankCommand & { readonly type: "send" }): number {
    if (this.inTransit.has(id)) throw new CommandError(`transfer ${id} is in transit already`);
    this.#balance(to);
    const left = this.#balance(from) - positive(amount);
    if (left < 0) throw new CommandError(`${from} has not enough money`);
    this.inTransit.set(id, { to, amount });
    return this.#set(from, left);
  }

  #settle(id: string): number {
    const transfer = this.inTransit.get(id);
    if (transfer === undefined) throw new CommandError(`no transfer ${id} is in transit`);
    this.inTransit.delete(id);
    return this.#set(transfer.to, this.#balance(transfer.to) + transfer.amount);
  }

  #balance(account: string): number {
    const balance = this.balances.get(account);
    if (balance === undefined) throw new CommandError(`there is no account ${account}`);
    return balance;
  }

  #set(account: string, balance: number): number {
    this.balances.set(account, balance);
    return balance;
  }
}

function positive(amount: number): number {
  if (!Number.isSafeInteger(amount) || amount <= 0)
    throw new CommandError("an amount is 1 or more");
  return amount;
}

function refill<Value>(
  map: Map<string, Value>,
  pairs: readonly (readonly [string, Value])[],
): void {
  map.clear();
  for (const [key, value] of pairs) map.set(key, value);
}
