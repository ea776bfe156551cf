import { expect, test } from "@kontiki/testing/vitest";
import { Bank } from "./machine.js";
import scenario, { commands, specification } from "./scenario.js";

const machine = () => new Bank();

test("a withdrawal that the account does not cover is refused", () => {
  const bank = machine();
  expect(bank.apply({ type: "deposit", account: "ann", amount: 10 })).toBe(10);
  expect(bank.apply({ type: "withdraw", account: "ann", amount: 11 })).toBe(null);
});

test.sim("no deposit is lost when the leader crashes", { nodes: 3, machine }, async (sim) => {
  for (const balance of [10, 20, 30]) {
    const outcome = await sim.propose({ type: "deposit", account: "ann", amount: 10 });
    expect(outcome).toEqual({ type: "ok", value: balance });
    const crash = sim.crash(await sim.elected(), { kept: "nothing" });
    await sim.elected();
    crash.end();
  }
  await sim.converged();
});

test.sim("the bank keeps its promises under faults", {
  scenario,
  machine,
  commands,
  specification,
  seeds: 10,
});
