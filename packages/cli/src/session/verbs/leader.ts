/**
 * Verbs for leadership: leader, transfer.
 *
 * @module
 */
import { nodes } from "../completion.ts";
import { leaderOf, toldBy } from "../leader-of.ts";
import { showsNode } from "../shows.ts";
import { verb } from "../verb.ts";

export const leader = verb({
  name: "leader",
  usage: "",
  summary: "print the current leader, if any",
  example: "leader",
  arity: [0, 0],
  reads: true,
  order: "looks",
  run: async ({ cluster }) => {
    const nodes = cluster.status();
    const others = leaderOf(nodes) === null ? await cluster.otherHosts() : [];
    return leaderOf([...nodes, ...toldBy(others)]);
  },
  ...showsNode,
});

export const transfer = verb({
  name: "transfer",
  usage: "[NODE]",
  summary: "make the leader hand over to NODE, or to the best placed",
  example: "transfer n2",
  arity: [0, 1],
  completes: [nodes],
  run: ({ cluster, signal }, args): Promise<string | null> => {
    const target = args.left === 0 ? undefined : args.word().text;
    return cluster.transfer(target, { signal });
  },
  ...showsNode,
});
