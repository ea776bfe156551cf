import { propose } from "../context.ts";
import { verb } from "../verb.ts";

export const del = verb({
  name: "del",
  usage: "K",
  summary: "delete K",
  example: "del greeting",
  arity: [1, 1],
  run: async (context, args) =>
    (await propose(context, { type: "delete", key: args.key() })) as boolean,
  text: (wasPresent, colors) => (wasPresent ? "deleted" : colors.dim("(absent)")),
  json: (wasPresent) => wasPresent,
});
