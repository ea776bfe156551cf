import { propose } from "../context.ts";
import { verb } from "../verb.ts";

export const append = verb({
  name: "append",
  usage: "K V",
  summary: "append V to the value of K",
  example: "append greeting !",
  arity: [2, 2],
  run: async (context, args) => {
    const command = { type: "append", key: args.key(), value: args.value() } as const;
    return (await propose(context, command)) as number;
  },
  text: (bytes) => `ok, ${bytes} ${bytes === 1 ? "byte" : "bytes"}`,
  json: (bytes) => bytes,
});
