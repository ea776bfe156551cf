import { wordText } from "../../render/quoting.ts";
import { read } from "../context.ts";
import { verb } from "../verb.ts";

type Pairs = readonly (readonly [key: string, value: string])[];

export const list = verb({
  name: "list",
  usage: "[PREFIX]",
  summary: "print the pairs whose key starts with PREFIX",
  example: "list user/",
  arity: [0, 1],
  run: async (context, args) => {
    const prefix = args.left === 0 ? "" : args.prefix();
    return (await read(context, { type: "list", prefix })) as Pairs;
  },
  text: (pairs, colors) =>
    pairs.length === 0
      ? colors.dim("(none)")
      : pairs.map(([key, value]) => `${wordText(key)} ${wordText(value)}`).join("\n"),
  json: (pairs) => pairs,
});
