import { defineScenario, type CommandGenerator } from "@kontiki/testing";

export default defineScenario({
  name: "stock",
  about: "Orders for the last items of a warehouse, while nodes crash and are cut off.",
  nodes: 3,
  cluster: { snapshotEntries: 20, keptEntries: 0 },
  workload: { clients: 3, perSecond: 60 },
  faults: [{ at: "1s", crash: "leader" }],
  nemesis: { faults: ["crash", "partition", "loss"], swarm: false, every: "200ms..600ms" },
  duration: "4s",
  expect: { atLeast: ["restarts", "snapshots.taken"], linearizable: false },
});

export const stateMachine = "./warehouse.ts";

/** What clients ask. All chance comes from the seed, so that it gives the same commands each time. */
export const commands: CommandGenerator = (chance) =>
  chance.happens(0.2)
    ? { command: { type: "deliver", items: chance.between(1, 10) } }
    : { command: { type: "order", items: chance.between(1, 5) } };
