import { nodes } from "../completion.ts";
import { showsNode } from "../shows.ts";
import { verb } from "../verb.ts";

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
