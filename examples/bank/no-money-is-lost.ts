import { expect, type SessionBody } from "@kontiki/testing/vitest";
import type { BankCommand } from "./bank.ts";

/** Nodes take snapshots often and keep no entry before them, so that a restart begins with a snapshot. */
export const OPTIONS = { cluster: { snapshotEntries: 5, keptEntries: 0 } };

/** Ann pays Bob ten times, and every other time the leader crashes while the money is in transit. */
export const noMoneyIsLost: SessionBody<BankCommand, number> = async (sim) => {
  await sim.propose({ type: "open", account: "ann", amount: 100 });
  await sim.propose({ type: "open", account: "bob", amount: 100 });
  for (let payment = 1; payment <= 10; payment += 1) {
    const id = `payment-${payment}`;
    const sent = await sim.propose({ type: "send", id, from: "ann", to: "bob", amount: 5 });
    expect(sent).toEqual({ type: "ok", value: 100 - 5 * payment });
    const crash = payment % 2 === 0 ? sim.crash(await sim.elected()) : undefined;
    expect(await sim.read({ type: "audit" })).toEqual({ type: "ok", value: 200 });
    const settled = await sim.propose({ type: "settle", id });
    expect(settled).toEqual({ type: "ok", value: 100 + 5 * payment });
    crash?.end();
  }
  await sim.converged();
};
