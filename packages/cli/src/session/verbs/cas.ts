import { propose } from "../context.ts";
import { verb } from "../verb.ts";

/** Compare and set. */
export const cas = verb({
  name: "cas",
  usage: "K OLD NEW",
  summary: "set K to NEW if its value is OLD (--absent: if K is absent)",
  example: "cas lock --absent me",
  arity: [3, 3],
  run: async (context, args) => {
    const key = args.key();
    const expected = args.option("--absent") ? null : args.value();
    const command = { type: "compareAndSet", key, expected, value: args.value() } as const;
    return (await propose(context, command)) as boolean;
  },
  text: (matched, colors) => (matched ? "ok" : colors.dim("(no match)")),
  json: (matched) => matched,
});
