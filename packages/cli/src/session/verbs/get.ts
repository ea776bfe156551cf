import { read } from "../context.ts";
import { showsValue } from "../shows.ts";
import { verb } from "../verb.ts";

export const get = verb({
  name: "get",
  usage: "K",
  summary: "print the value of K",
  example: "get greeting",
  arity: [1, 1],
  run: async (context, args) =>
    (await read(context, { type: "get", key: args.key() })) as string | null,
  ...showsValue,
});
