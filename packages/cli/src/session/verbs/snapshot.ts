import { nodesOrLeader } from "../completion.ts";
import { nodeOf } from "../context.ts";
import { verb } from "../verb.ts";

export const snapshot = verb({
  name: "snapshot",
  usage: "NODE|leader",
  summary: "make it take a snapshot and compact its log",
  example: "snapshot leader",
  arity: [1, 1],
  completes: [nodesOrLeader],
  run: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    return { node: node.id, ...(await node.snapshot()) };
  },
  text: ({ node, index, size }) => `${node} has a snapshot up to entry ${index}, ${size} bytes`,
  json: ({ node, index, size }) => ({ node, index, size }),
});
