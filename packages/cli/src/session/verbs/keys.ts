/**
 * Verbs for keys and their values: put, get, read, del, cas, append, list.
 *
 * @module
 */
import type { Consistency, ReadOptions } from "@kontiki/actors";
import { wordText } from "../../render/quoting.ts";
import { CommandFailed } from "../answer.ts";
import { shorten, type Arguments } from "../arguments.ts";
import { propose, read as ask } from "../context.ts";
import { showsOk, showsValue } from "../shows.ts";
import { verb } from "../verb.ts";

const CONSISTENCIES: readonly Consistency[] = ["linearizable", "lease", "stale"];

type Pairs = readonly (readonly [key: string, value: string])[];

export const put = verb({
  name: "put",
  usage: "K V",
  summary: "set K to V",
  example: 'put greeting "good morning"',
  arity: [2, 2],
  order: "key",
  run: async (context, args) => {
    await propose(context, { type: "put", key: args.key(), value: args.value() });
  },
  ...showsOk,
});

export const get = verb({
  name: "get",
  usage: "K",
  summary: "print the value of K",
  example: "get greeting",
  arity: [1, 1],
  reads: true,
  order: "key",
  run: async (context, args) =>
    (await ask(context, { type: "get", key: args.key() })) as string | null,
  ...showsValue,
});

export const read = verb({
  name: "read",
  usage: "K [--consistency C] [--node NODE]",
  summary: "print the value of K; C is linearizable, lease or stale",
  example: "read greeting --consistency stale --node n2",
  arity: [1, 5],
  reads: true,
  order: "key",
  run: async (context, args) => {
    const question = { type: "get", key: args.key() } as const;
    return (await ask(context, question, readOptions(args))) as string | null;
  },
  ...showsValue,
});

export const del = verb({
  name: "del",
  usage: "K",
  summary: "delete K",
  example: "del greeting",
  arity: [1, 1],
  order: "key",
  run: async (context, args) =>
    (await propose(context, { type: "delete", key: args.key() })) as boolean,
  text: (wasPresent, colors) => (wasPresent ? "deleted" : colors.dim("(absent)")),
  json: (wasPresent) => wasPresent,
});

/** Compare and set. */
export const cas = verb({
  name: "cas",
  usage: "K OLD NEW",
  summary: "set K to NEW if its value is OLD (--absent: if K is absent)",
  example: "cas lock --absent me",
  arity: [3, 3],
  order: "key",
  run: async (context, args) => {
    const key = args.key();
    const expected = args.option("--absent") ? null : args.value();
    const command = { type: "compareAndSet", key, expected, value: args.value() } as const;
    return (await propose(context, command)) as boolean;
  },
  text: (matched, colors) => (matched ? "ok" : colors.dim("(no match)")),
  json: (matched) => matched,
});

export const append = verb({
  name: "append",
  usage: "K V",
  summary: "append V to the value of K",
  example: "append greeting !",
  arity: [2, 2],
  order: "key",
  run: async (context, args) => {
    const command = { type: "append", key: args.key(), value: args.value() } as const;
    return (await propose(context, command)) as number;
  },
  text: (bytes) => `ok, ${bytes} ${bytes === 1 ? "byte" : "bytes"}`,
  json: (bytes) => bytes,
});

export const list = verb({
  name: "list",
  usage: "[PREFIX]",
  summary: "print the pairs whose key starts with PREFIX",
  example: "list user/",
  arity: [0, 1],
  reads: true,
  run: async (context, args) => {
    const prefix = args.left === 0 ? "" : args.prefix();
    return (await ask(context, { type: "list", prefix })) as Pairs;
  },
  text: (pairs, colors) =>
    pairs.length === 0
      ? colors.dim("(none)")
      : pairs.map(([key, value]) => `${wordText(key)} ${wordText(value)}`).join("\n"),
  json: (pairs) => pairs,
});

function readOptions(args: Arguments): ReadOptions {
  let consistency: Consistency | undefined;
  let node: string | undefined;
  while (args.left > 0) {
    if (args.option("--consistency")) consistency = consistencyOf(args.word().text);
    else if (args.option("--node")) node = args.word().text;
    else throw args.unknown("read");
  }
  return { consistency, node };
}

function consistencyOf(text: string): Consistency {
  const consistency = CONSISTENCIES.find((known) => known === text);
  if (consistency !== undefined) return consistency;
  throw new CommandFailed(`a consistency is linearizable, lease or stale, not ${shorten(text)}`);
}
