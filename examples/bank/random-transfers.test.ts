import type { CommandGenerator } from "@kontiki/testing";
import { expect, test } from "@kontiki/testing/vitest";
import { Bank, type BankCommand } from "./bank.ts";

const ACCOUNTS = ["ann", "bob", "eve"];

/** Many of these break a rule, and the bank refuses them. */
const commands: CommandGenerator = (chance) => {
  const [from = "", to = ""] = chance.shuffled(ACCOUNTS);
  const id = `payment-${chance.below(10)}`;
  const drawn: BankCommand[] = [
    { type: "open", account: from, amount: 100 },
    { type: "send", id, from, to, amount: chance.between(1, 60) },
    { type: "settle", id },
  ];
  return { command: chance.pick(drawn) };
};

test.sim("accounts have hundreds in all", {
  machine: () => new Bank(),
  commands,
  invariant: (bank, node) => expect(bank.query() % 100, node).toBe(0),
  finally: async (sim) => {
    const audit = await sim.read({ type: "audit" });
    expect(audit).toEqual({ type: "ok", value: 300 });
  },
  nemesis: "swarm",
  duration: "2s",
  seeds: 3,
});
