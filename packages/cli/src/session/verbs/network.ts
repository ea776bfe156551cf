/**
 * Verbs for faults of the network: partition, isolate, link.
 *
 * @module
 */
import { CommandFailed } from "../answer.ts";
import { shorten, type Arguments } from "../arguments.ts";
import { nodes, nodesOrLeader } from "../completion.ts";
import { nodeOf, type Context } from "../context.ts";
import { injectAll, lastingFor, showsFaults, timeIn } from "../injected.ts";
import { verb } from "../verb.ts";

const SHAPES = ["halves", "bridge", "ring"];

/** The share of letters that others overtake, if none is given. */
const REORDERED = "10%";

export const partition = verb({
  name: "partition",
  usage: "NODES | NODES... [--for TIME]",
  details: [
    ["n1,n2 | n3", "groups of nodes; one that is in none is alone"],
    ["halves [NODE]", "two groups, NODE in the smaller one"],
    ["bridge [NODE]", "two groups that both hear NODE, and not each other"],
    ["ring", "each node hears another majority, of four nodes or more"],
    ["--for TIME", "heal it after this time, such as 500ms or 2s"],
  ],
  summary: "cut the network: groups of nodes do not hear each other",
  example: "partition n1,n2 | n3",
  arity: [1, 40],
  order: "helps",
  completes: [({ nodeIds }) => [...nodeIds, ...SHAPES]],
  run: async (context, args) => {
    const words = wordsBeforeOptions(args);
    const lasting = lastingFor(args, "partition");
    return [await context.faults.inject({ ...lasting, partition: shapeOf(context, words) })];
  },
  ...showsFaults,
});

export const isolate = verb({
  name: "isolate",
  usage: "NODE|leader [--for TIME]",
  summary: "cut a node off from all others",
  example: "isolate leader",
  arity: [1, 3],
  order: "helps",
  completes: [nodesOrLeader],
  run: async (context, args) => {
    const { id: node } = await nodeOf(context, args.word().text);
    const lasting = lastingFor(args, "isolate");
    return [await context.faults.inject({ ...lasting, partition: { shape: "isolate", node } })];
  },
  ...showsFaults,
});

export const link = verb({
  name: "link",
  usage: "FROM>TO OPTIONS",
  details: [
    ["--cut", "nothing arrives"],
    ["--loss SHARE", "a share such as 10% never arrives"],
    ["--delay TIME", "letters arrive later by this time, such as 50ms"],
    ["--jitter TIME", "the delay varies by this time, up and down"],
    ["--duplicate SHARE", "this share arrives twice"],
    ["--reorder [SHARE]", "this share, or 10%, is overtaken by later letters"],
    ["--for TIME", "heal it after this time, such as 500ms or 2s"],
  ],
  summary: "make one direction between two nodes bad; * is every node",
  example: "link n1>n2 --loss 10% --delay 50ms --jitter 20ms",
  arity: [2, 14],
  order: "helps",
  completes: [nodes],
  run: async (context, args) => {
    const ends = endsOf(context, args.word().text);
    return injectAll(context.faults, linkFaults(args, ends));
  },
  ...showsFaults,
});

function wordsBeforeOptions(args: Arguments): readonly string[] {
  const words: string[] = [];
  while (args.left > 0 && !args.isOption) words.push(args.word().text);
  return words;
}

/** A shape by its name, or groups of nodes. */
function shapeOf({ cluster }: Context, words: readonly string[]): object {
  const [shape = "", node, ...more] = words;
  if (SHAPES.includes(shape)) {
    if (more.length > 0)
      throw new CommandFailed(`partition does not know ${shorten(more[0] ?? "")}`);
    return node === undefined ? { shape } : { shape, node: cluster.node(node).id };
  }
  const groups = words
    .join(" ")
    .split("|")
    .map((group) => group.split(/[\s,]+/).filter((name) => name !== ""));
  if (groups.some((group) => group.length === 0))
    throw new CommandFailed("a group has no node: partition n1,n2 | n3");
  const names = groups.flat();
  for (const name of names) cluster.node(name);
  return { groups };
}

type Ends = { readonly from?: string; readonly to?: string };

function endsOf({ cluster }: Context, text: string): Ends {
  const [from, to, ...more] = text.split(">");
  if (from === undefined || to === undefined || more.length > 0)
    throw new CommandFailed(`a link is written as n1>n2, n1>* or *>n2, not ${shorten(text)}`);
  for (const end of [from, to]) if (end !== "*") cluster.node(end);
  if (from === "*" && to === "*")
    throw new CommandFailed("a link has a node at one of its ends: n1>* or *>n2");
  if (from === to) throw new CommandFailed(`a link has two ends, and ${from} is one node`);
  return { ...(from === "*" ? {} : { from }), ...(to === "*" ? {} : { to }) };
}

/** The faults that the options of a link ask for, one each. */
function linkFaults(args: Arguments, ends: Ends): readonly object[] {
  const faults: object[] = [];
  let delay: string | undefined;
  let jitter: string | undefined;
  let lasting = {};
  while (args.left > 0) {
    if (args.option("--cut")) faults.push({ oneWay: ends });
    else if (args.option("--loss")) faults.push({ loss: { share: args.word().text, ...ends } });
    else if (args.option("--delay")) delay = args.word().text;
    else if (args.option("--jitter")) jitter = args.word().text;
    else if (args.option("--duplicate"))
      faults.push({ duplicate: { share: args.word().text, ...ends } });
    else if (args.option("--reorder"))
      faults.push({ reorder: { share: args.isOption ? REORDERED : args.word().text, ...ends } });
    else if (args.option("--for")) lasting = { for: args.word().text };
    else throw args.unknown("link");
  }
  const by = lateness(delay, jitter);
  if (by !== undefined) faults.push({ delay: { by, ...ends } });
  if (faults.length === 0) throw new CommandFailed("link needs an option, such as --loss 10%");
  return faults.map((fault) => ({ ...lasting, ...fault }));
}

/** A delay that varies by its jitter. */
function lateness(delay: string | undefined, jitter: string | undefined): string | undefined {
  if (delay === undefined && jitter === undefined) return undefined;
  const [mean, spread] = [timeIn(delay ?? "0ms"), timeIn(jitter ?? "0ms")];
  return `${Math.max(0, mean - spread)}ms..${mean + spread}ms`;
}
