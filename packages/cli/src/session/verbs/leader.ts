import { leaderOf } from "../leader-of.ts";
import { showsNode } from "../shows.ts";
import { verb } from "../verb.ts";

export const leader = verb({
  name: "leader",
  usage: "",
  summary: "print the current leader, if any",
  example: "leader",
  arity: [0, 0],
  run: async ({ cluster }) => leaderOf(cluster.status()),
  ...showsNode,
});
