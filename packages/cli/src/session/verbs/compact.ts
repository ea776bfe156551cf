import { nodesOrLeader } from "../completion.ts";
import { nodeOf } from "../context.ts";
import { verb } from "../verb.ts";

export const compact = verb({
  name: "compact",
  usage: "NODE|leader",
  summary: "make it drop its log up to its newest snapshot",
  example: "compact n2",
  arity: [1, 1],
  completes: [nodesOrLeader],
  run: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    return { node: node.id, ...(await node.compact()) };
  },
  text: ({ node, first }) => `the log of ${node} begins at entry ${first}`,
  json: ({ node, first }) => ({ node, first }),
});
