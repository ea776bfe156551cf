/**
 * Verbs that end and begin a node's life: crash, stop, start, wipe.
 *
 * @module
 */
import type { CrashPoint } from "@kontiki/actors";
import { nodes, nodesOrLeader } from "../completion.ts";
import { namedNode, nodeOf } from "../context.ts";
import type { Arguments } from "../arguments.ts";
import { showsChange, type Changed } from "../shows.ts";
import { verb } from "../verb.ts";

/** The points of a turn at which a node can crash. */
const POINTS = {
  beforeSave: "before it writes what the turn adds to its log",
  inSync: "when that is written and not synced",
  afterSave: "when that is synced and nobody knows it yet",
  afterSend: "when its promises have been sent",
  inApply: "before it applies a command",
  inSnapshot: "before it writes a part of a snapshot",
  inCompaction: "before it removes an old file of its log",
  inRecovery: "when it starts, before it reads or writes a file",
} as const satisfies Readonly<Record<CrashPoint, string>>;

/** A node that has crashed or will; or the points. */
type Crashed = Changed | { readonly points: typeof POINTS };

export const crash = verb({
  name: "crash",
  usage: "NODE|leader [OPTIONS]",
  details: [
    ["--at POINT", "when it next reaches this point of a turn, within 5 s"],
    [
      "--power-loss [--torn]",
      "what it had not synced is gone, or a part of the last write is left",
    ],
    ["--down TIME", "it stays down for so long; otherwise it restarts at once"],
    ["crash --points", "lists the points"],
  ],
  summary: "kill its thread without warning; it restarts by itself",
  example: "crash n2 --at inSync --power-loss --torn",
  arity: [1, 7],
  order: "paces",
  completes: [nodesOrLeader],
  run: async (context, args): Promise<Crashed> => {
    if (args.option("--points")) {
      if (args.left > 0) throw args.unknown("crash");
      return { points: POINTS };
    }
    const node = await nodeOf(context, args.word().text);
    if (args.left === 0) {
      await node.crash();
      return { node: node.id, now: "crashed" };
    }
    const { point, kept, down } = crashOptions(args);
    const crashes = { node: node.id, down, ...(point && { point }), ...(kept && { kept }) };
    await context.faults.inject({ crash: crashes });
    if (point !== undefined) return { node: node.id, now: `crashes at ${point}` };
    return { node: node.id, now: kept === undefined ? "crashed" : "crashed and lost power" };
  },
  text: (crashed, colors) =>
    "node" in crashed
      ? showsChange.text(crashed, colors)
      : Object.entries(crashed.points)
          .map(([point, when]) => `${point.padEnd(12)}  ${when}`)
          .join("\n"),
  json: (crashed) => ("node" in crashed ? showsChange.json(crashed) : Object.keys(crashed.points)),
});

function crashOptions(args: Arguments): {
  readonly point: string | undefined;
  readonly kept: "nothing" | "torn" | undefined;
  readonly down: string;
} {
  let point: string | undefined;
  let kept: "nothing" | "torn" | undefined;
  let down = "0ms";
  while (args.left > 0) {
    if (args.option("--at")) point = args.word().text;
    else if (args.option("--power-loss")) kept = args.option("--torn") ? "torn" : "nothing";
    else if (args.option("--down")) down = args.word().text;
    else throw args.unknown("crash");
  }
  return { point, kept, down };
}

export const stop = verb({
  name: "stop",
  usage: "NODE|leader",
  summary: "stop it gracefully; it stays down until it is started",
  example: "stop n2",
  arity: [1, 1],
  order: "paces",
  completes: [nodesOrLeader],
  run: async (context, args) => {
    const node = await nodeOf(context, args.word().text);
    await node.stop();
    return { node: node.id, now: "stopped" };
  },
  ...showsChange,
});

export const start = verb({
  name: "start",
  usage: "NODE",
  summary: "start a node that was stopped or has failed",
  example: "start n2",
  arity: [1, 1],
  order: "helps",
  completes: [nodes],
  run: async (context, args) => {
    const node = namedNode(context, "start", args.word().text);
    await node.start();
    return { node: node.id, now: "started" };
  },
  ...showsChange,
});

/** What wiping a node is about to destroy. */
export function wipeNotice(node: string): string {
  return `${node}: its disk will be deleted; it then copies everything from the others`;
}

export const wipe = verb({
  name: "wipe",
  usage: "NODE",
  summary: "delete its disk; it copies everything from the others",
  example: "wipe n2",
  arity: [1, 1],
  completes: [nodes],
  run: async (context, args) => {
    const node = namedNode(context, "wipe", args.word().text);
    context.announce(wipeNotice(node.id));
    await node.wipe({ signal: context.signal });
    return { node: node.id, now: "wiped" };
  },
  ...showsChange,
});
