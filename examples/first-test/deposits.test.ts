import { expect, test } from "@kontiki/testing/vitest";

class Bank {
  #balance = 0;
  apply({ deposit }: { deposit: number }) {
    return (this.#balance += deposit);
  }
  snapshot() {
    return this.#balance;
  }
  restore(balance: unknown) {
    this.#balance = Number(balance);
  }
}

test.sim("no deposit is lost", { nodes: 5, machine: () => new Bank() }, async (sim) => {
  for (const balance of [10, 20, 30]) {
    const crash = sim.crash(await sim.elected(), { kept: "nothing" });
    expect(await sim.propose({ deposit: 10 })).toEqual({ type: "ok", value: balance });
    crash.end();
  }
  await sim.converged();
});
