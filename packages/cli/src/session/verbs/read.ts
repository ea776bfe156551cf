import type { Consistency, ReadOptions } from "@kontiki/actors";
import { CommandFailed } from "../answer.ts";
import { shorten, type Arguments } from "../arguments.ts";
import { read as readFrom } from "../context.ts";
import { showsValue } from "../shows.ts";
import { verb } from "../verb.ts";

const CONSISTENCIES: readonly Consistency[] = ["linearizable", "lease", "stale"];

export const read = verb({
  name: "read",
  usage: "K [--consistency C] [--node NODE]",
  summary: "print the value of K; C is linearizable, lease or stale",
  example: "read greeting --consistency stale --node n2",
  arity: [1, 5],
  run: async (context, args) => {
    const question = { type: "get", key: args.key() } as const;
    return (await readFrom(context, question, readOptions(args))) as string | null;
  },
  ...showsValue,
});

function readOptions(args: Arguments): ReadOptions {
  let consistency: Consistency | undefined;
  let node: string | undefined;
  while (args.left > 0) {
    if (args.option("--consistency")) consistency = consistencyOf(args.word().text);
    else if (args.option("--node")) node = args.word().text;
    else throw new CommandFailed(`read does not know ${shorten(args.word().text)}`);
  }
  return { consistency, node };
}

function consistencyOf(text: string): Consistency {
  const consistency = CONSISTENCIES.find((known) => known === text);
  if (consistency !== undefined) return consistency;
  throw new CommandFailed(`a consistency is linearizable, lease or stale, not ${shorten(text)}`);
}
