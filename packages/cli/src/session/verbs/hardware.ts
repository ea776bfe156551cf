/**
 * Verbs for faults of what a node runs on: disk, clock.
 *
 * @module
 */
import { CommandFailed } from "../answer.ts";
import { shorten, type Arguments } from "../arguments.ts";
import { nodesOrLeader } from "../completion.ts";
import { nodeOf } from "../context.ts";
import { lastingFor, showsFaults } from "../injected.ts";
import { verb } from "../verb.ts";

const DISK_TROUBLES = ["full", "slow", "error", "stall", "rot", "heal"];
const OF_DISK = ["diskFull", "slowDisk", "diskError", "stallDisk", "bitRot"];

export const disk = verb({
  name: "disk",
  usage: "NODE|leader TROUBLE [--for TIME]",
  summary: "make its disk fail, or be full, slow or stuck",
  details: [
    ["full", "there is room for 4 KiB at most"],
    ["slow TIME", "each sync takes longer by this time, such as 100ms"],
    ["error [write|sync|read]", "these operations fail, or all"],
    ["stall", "each sync waits until this is healed"],
    ["rot [log|snapshot]", "one bit changes; when this is healed, the node restarts and finds it"],
    ["heal", "undoes all of these"],
    ["--for TIME", "heal it after this time, such as 500ms or 2s"],
  ],
  example: "disk n2 slow 100ms",
  arity: [2, 5],
  order: "helps",
  completes: [nodesOrLeader, () => DISK_TROUBLES],
  run: async (context, args) => {
    const { id: node } = await nodeOf(context, args.word().text);
    const what = args.word().text;
    if (what === "heal")
      return context.faults.heal(
        ({ fault, nodes }) => OF_DISK.includes(fault.type) && nodes.includes(node),
      );
    const fault = diskFault(what, node, args);
    return [await context.faults.inject({ ...lastingFor(args, "disk"), ...fault })];
  },
  ...showsFaults,
});

export const clock = verb({
  name: "clock",
  usage: "NODE|leader OPTION [--for TIME]",
  summary: "let its clock run fast or slow, or jump",
  details: [
    ["--drift SHARE", "faster by this share, such as 5%; slower with -5%"],
    ["--jump TIME", "forward by this time, such as 2s; back with -2s"],
    ["--for TIME", "the drift ends after this time"],
  ],
  example: "clock n3 --drift 5%",
  arity: [3, 5],
  order: "helps",
  completes: [nodesOrLeader],
  run: async (context, args) => {
    const { id: node } = await nodeOf(context, args.word().text);
    if (args.option("--drift")) {
      const rate = rateIn(args.word().text);
      return [await context.faults.inject({ ...lastingFor(args, "clock"), drift: { node, rate } })];
    }
    if (!args.option("--jump")) throw args.unknown("clock");
    const step = { node, by: args.word().text };
    return [await context.faults.inject({ ...lastingFor(args, "clock"), step })];
  },
  ...showsFaults,
});

function diskFault(what: string, node: string, args: Arguments): object {
  const next = (): string | undefined =>
    args.left === 0 || args.isOption ? undefined : args.word().text;
  switch (what) {
    case "full":
      return { diskFull: node };
    case "slow":
      return { slowDisk: { node, by: slownessIn(args) } };
    case "error":
      return { diskError: { node, operation: next() ?? "any" } };
    case "stall":
      return { stallDisk: node };
    case "rot":
      return { bitRot: { node, what: next() ?? "log" } };
    default:
      throw new CommandFailed(
        `a disk can be ${DISK_TROUBLES.slice(0, -1).join(", ")} or ${DISK_TROUBLES.at(-1)}, not ${shorten(what)}`,
      );
  }
}

/** How much longer each sync takes. */
function slownessIn(args: Arguments): string {
  if (!args.isOption) return args.word().text;
  throw new CommandFailed("a slow disk needs a time, such as disk n2 slow 100ms");
}

/** A drift such as 5% or -5%, as the rate of a clock. */
function rateIn(text: string): number {
  const [, percent] = /^([+-]?\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (percent === undefined)
    throw new CommandFailed(`a drift is written as 5% or -5%, not ${shorten(text)}`);
  return 1 + Number(percent) / 100;
}
