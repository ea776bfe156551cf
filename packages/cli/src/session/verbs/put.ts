import { propose } from "../context.ts";
import { showsOk } from "../shows.ts";
import { verb } from "../verb.ts";

export const put = verb({
  name: "put",
  usage: "K V",
  summary: "set K to V",
  example: 'put greeting "good morning"',
  arity: [2, 2],
  run: async (context, args) => {
    await propose(context, { type: "put", key: args.key(), value: args.value() });
  },
  ...showsOk,
});
