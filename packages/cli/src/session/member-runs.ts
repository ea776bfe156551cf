import { CommandFailed } from "./answer.ts";
import { shorten, type Arguments } from "./arguments.ts";
import type { CommandName } from "./commands.ts";
import { nodeOf, type Context, type Run } from "./context.ts";

type MemberCommand = Extract<CommandName, `member ${string}` | "transfer">;

/** What the commands do that change who belongs to the cluster, and who leads it. */
export const memberRuns: Readonly<Record<MemberCommand, Run>> = {
  "member list": async ({ cluster, signal }) => ({
    type: "members",
    members: await cluster.members({ signal }),
  }),
  "member add": async ({ cluster, signal }, args) => {
    const node = args.word().text;
    const { as, replaces } = addOptions(args);
    await cluster.addNode(node, { as, replaces, signal });
    return { type: "node", node, now: `added as a ${as}` };
  },
  "member remove": async (context, args) => {
    const { id } = await nodeOf(context, args.word().text);
    await context.cluster.removeNode(id, { signal: context.signal });
    return { type: "node", node: id, now: "removed" };
  },
  "member promote": async (context, args) => {
    const { id } = await nodeOf(context, args.word().text);
    await context.cluster.promote(id, { signal: context.signal });
    return { type: "node", node: id, now: "promoted" };
  },
  transfer: async (context: Context, args) => {
    const { cluster, signal } = context;
    const target = args.left === 0 ? undefined : args.word().text;
    return { type: "leader", node: await cluster.transfer(target, { signal }) };
  },
};

function addOptions(args: Arguments): {
  readonly as: "voter" | "learner";
  readonly replaces: string | undefined;
} {
  let as: "voter" | "learner" = "voter";
  let replaces: string | undefined;
  while (args.left > 0) {
    if (args.option("--learner")) as = "learner";
    else if (args.option("--replace")) replaces = args.word().text;
    else throw new CommandFailed(`member add does not know ${shorten(args.word().text)}`);
  }
  return { as, replaces };
}
