import { defineScenario, type Chance } from "@kontiki/testing";
import type { Command } from "./machine.ts";

export { specification } from "./model.ts";

/** The module of the machine, relative to this file. */
export const stateMachine = "./machine.ts";

/** Draws what a client sends next. It must draw from `chance` only: then a seed always gives the same run. */
export function commands(chance: Chance): { command: Command; read?: boolean } {
  const account = chance.pick(["ann", "bob"]) ?? "ann";
  const amount = chance.between(1, 20);
  if (chance.happens(0.3)) return { command: { type: "balance", account }, read: true };
  return { command: { type: chance.happens(0.5) ? "deposit" : "withdraw", account, amount } };
}

/** Each seed draws its own faults and its own times for them. */
export default defineScenario({
  name: "bank",
  about: "A bank on five nodes, with network faults and crashes.",
  nodes: 5,
  cluster: { snapshotEntries: 8, keptEntries: 2 },
  workload: { clients: 5, perSecond: 50 },
  duration: "3s",
  nemesis: { faults: ["network", "crash"] },
});
