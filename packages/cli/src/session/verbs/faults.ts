/**
 * Verbs for faults in force, and those of processes: pause, resume, heal, faults.
 *
 * @module
 */
import type { FaultInForce } from "@kontiki/testing";
import { faultLines } from "../../render/fault-text.ts";
import { CommandFailed } from "../answer.ts";
import { lastingFor, showsFaults } from "../injected.ts";
import { nodes, nodesOrLeader } from "../completion.ts";
import { nodeOf } from "../context.ts";
import { verb, type Shows } from "../verb.ts";

const showsHealed: Shows<readonly FaultInForce[]> = {
  text: (healed, colors) =>
    healed.length === 0 ? colors.dim("(no fault)") : `healed\n${faultLines(healed)}`,
  json: (healed) => healed,
};

export const pause = verb({
  name: "pause",
  usage: "NODE|leader [--for TIME]",
  summary: "make its thread stand still, until it is resumed",
  example: "pause leader --for 2s",
  arity: [1, 3],
  order: "helps",
  completes: [nodesOrLeader],
  run: async (context, args) => {
    const { id } = await nodeOf(context, args.word().text);
    return [await context.faults.inject({ ...lastingFor(args, "pause"), pause: id })];
  },
  ...showsFaults,
});

export const resume = verb({
  name: "resume",
  usage: "NODE",
  summary: "let a paused node continue",
  example: "resume n2",
  arity: [1, 1],
  order: "helps",
  completes: [nodes],
  run: async ({ cluster, faults }, args) => {
    const { id } = cluster.node(args.word().text);
    const healed = await faults.heal(
      ({ fault, nodes: struck }) => fault.type === "pause" && struck.includes(id),
    );
    if (healed.length === 0) throw new CommandFailed(`${id} is not paused`);
    return healed;
  },
  ...showsHealed,
});

export const heal = verb({
  name: "heal",
  usage: "[all|NODE|NUMBER]",
  summary: "undo all faults, those of one node, or one of them",
  example: "heal n2",
  arity: [0, 1],
  order: "helps",
  completes: [({ nodeIds }) => ["all", ...nodeIds]],
  run: async ({ cluster, faults }, args) => {
    const which = args.left === 0 ? "all" : args.word().text;
    if (which === "all") return faults.heal(() => true);
    if (/^\d+$/.test(which)) {
      const healed = await faults.heal(({ id }) => id === Number(which));
      if (healed.length === 0) throw new CommandFailed(`there is no fault ${which} in force`);
      return healed;
    }
    const { id } = cluster.node(which);
    return faults.heal((fault) => concerns(fault, id));
  },
  ...showsHealed,
});

export const faultList = verb({
  name: "faults",
  usage: "",
  summary: "print the faults that are in force",
  example: "faults",
  arity: [0, 0],
  reads: true,
  order: "looks",
  run: ({ faults }) => faults.inForce(),
  ...showsFaults,
});

/** Whether a fault strikes a node, or names it. */
function concerns({ fault, nodes: struck }: FaultInForce, node: string): boolean {
  if (struck.includes(node)) return true;
  return (
    fault.type === "partition" && fault.shape === "groups" && fault.groups.flat().includes(node)
  );
}
