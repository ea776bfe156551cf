/**
 * The group `member`: verbs that show and change who belongs to the cluster.
 *
 * @module
 */
import type { Arguments } from "../arguments.ts";
import { nodes } from "../completion.ts";
import { namedMember } from "../context.ts";
import { showsChange } from "../shows.ts";
import { verb } from "../verb.ts";

export const memberList = verb({
  name: "member list",
  usage: "",
  summary: "print the members of the cluster",
  example: "member list",
  arity: [0, 0],
  reads: true,
  run: ({ cluster, signal }) => cluster.members({ signal }),
  text: async (members, colors) => {
    const { memberTable } = await import("../../render/member-table.ts");
    return memberTable(members, colors);
  },
  json: (members) => members,
});

export const memberAdd = verb({
  name: "member add",
  usage: "NODE [--learner|--replace OLD]",
  summary: "start a new node; it gets a vote when it has caught up",
  example: "member add n4 --replace n2",
  arity: [1, 3],
  run: async (context, args) => {
    const { cluster, signal } = context;
    const node = args.word().text;
    const { as, replaces } = addOptions(args);
    if (replaces !== undefined) {
      const id = namedMember(context, "--replace", replaces);
      context.announce(
        `${id}: when ${node} has joined, it leaves the cluster, and its disk will be deleted`,
      );
    }
    await cluster.addNode(node, { as, replaces, signal });
    return { node, now: `added as a ${as}` };
  },
  ...showsChange,
});

export const memberRemove = verb({
  name: "member remove",
  usage: "NODE",
  summary: "remove a node from the cluster, and delete its disk",
  example: "member remove n2",
  arity: [1, 1],
  completes: [nodes],
  run: async (context, args) => {
    const id = namedMember(context, "member remove", args.word().text);
    context.announce(`${id}: it leaves the cluster, and its disk will be deleted`);
    await context.cluster.removeNode(id, { signal: context.signal });
    return { node: id, now: "removed" };
  },
  ...showsChange,
});

export const memberPromote = verb({
  name: "member promote",
  usage: "NODE",
  summary: "give a learner a vote when it has caught up",
  example: "member promote n4",
  arity: [1, 1],
  completes: [nodes],
  run: async (context, args) => {
    const id = namedMember(context, "member promote", args.word().text);
    await context.cluster.promote(id, { signal: context.signal });
    return { node: id, now: "promoted" };
  },
  ...showsChange,
});

function addOptions(args: Arguments): {
  readonly as: "voter" | "learner";
  readonly replaces: string | undefined;
} {
  let as: "voter" | "learner" = "voter";
  let replaces: string | undefined;
  while (args.left > 0) {
    if (args.option("--learner")) as = "learner";
    else if (args.option("--replace")) replaces = args.word().text;
    else throw args.unknown("member add");
  }
  return { as, replaces };
}
