import type {
  Cluster,
  KeyValueCommand,
  KeyValueResult,
  NodeHandle,
  Outcome,
  ReadOptions,
} from "@kontiki/actors";
import type { FaultInForce } from "@kontiki/testing";
import { CommandFailed } from "./answer.ts";
import { leaderOf } from "./leader-of.ts";

/** The part of a node's API that a session uses. */
export type SessionNode = Pick<
  NodeHandle,
  "compact" | "crash" | "id" | "log" | "snapshot" | "start" | "stop" | "wipe"
>;

/** The part of a cluster's API that a session uses. */
export type SessionCluster = Pick<
  Cluster,
  | "addNode"
  | "converged"
  | "hostOf"
  | "leader"
  | "members"
  | "otherHosts"
  | "promote"
  | "propose"
  | "read"
  | "removeNode"
  | "status"
  | "transfer"
  | "whyNoLeader"
> & {
  node(id: string): SessionNode;
};

/** What a session does with faults. */
export type SessionFaults = {
  /** Begins a fault that is written as in a scenario. @throws KontikiError when it is not possible. */
  readonly inject: (written: object) => Promise<FaultInForce>;
  /** Ends faults before their time. */
  readonly heal: (isMeant: (fault: FaultInForce) => boolean) => Promise<readonly FaultInForce[]>;
  readonly inForce: () => Promise<readonly FaultInForce[]>;
  /** The directions between two nodes in which no letter arrives, as `n1>n2`. */
  readonly cuts: () => Promise<readonly string[]>;
};

/** For a cluster that faults cannot be injected into. */
export const NO_FAULTS: SessionFaults = {
  inject: async () => {
    throw new CommandFailed("no fault can be injected into this cluster");
  },
  heal: async () => [],
  inForce: async () => [],
  cuts: async () => [],
};

/** What every verb works with. */
export type Context = {
  readonly cluster: SessionCluster;
  readonly faults: SessionFaults;
  /** Aborted when the command is interrupted. */
  readonly signal: AbortSignal;
  /** Tells people what a command is about to destroy. */
  readonly announce: (text: string) => void;
};

/** The result of a proposal that was applied. @throws CommandFailed for every other outcome. */
export async function propose(
  { cluster }: Context,
  command: KeyValueCommand,
): Promise<KeyValueResult> {
  return resultOf(await cluster.propose(command));
}

/** The answer to a read, which does not go through the log. @throws CommandFailed when there is none. */
export async function read(
  { cluster }: Context,
  question: KeyValueCommand,
  options: ReadOptions = {},
): Promise<KeyValueResult> {
  return resultOf(await cluster.read(question, options));
}

function resultOf(outcome: Outcome<KeyValueResult>): KeyValueResult {
  switch (outcome.type) {
    case "ok":
      return outcome.value;
    case "error":
      throw new CommandFailed(outcome.message);
    case "definitelyNot":
    case "unknown":
      throw new CommandFailed(outcome.reason, outcome.type);
  }
}

/**
 * The node with exactly this name, for a command that is not meant for whichever node leads by the time it runs.
 *
 * @throws CommandFailed for "leader", with the name of the present one.
 */
export function namedNode(
  { cluster }: Pick<Context, "announce" | "cluster" | "signal">,
  verb: string,
  name: string,
): SessionNode {
  if (name !== "leader") return cluster.node(name);
  const leader = leaderOf(cluster.status());
  const now = leader === null ? "there is no leader now" : `the leader is ${leader} now`;
  throw new CommandFailed(`${verb} takes the name of a node, not "leader": ${now}`);
}

/** The name of a node as {@link namedNode} takes it, which may be on another host. */
export function namedMember(context: Context, verb: string, name: string): string {
  const isElsewhere = name !== "leader" && context.cluster.hostOf(name) !== undefined;
  return isElsewhere ? name : namedNode(context, verb, name).id;
}

/**
 * The node with this name. For "leader" it is the current leader; it waits for one if there is none, and fails at once when
 * none can be elected.
 */
export async function nodeOf({ cluster, signal }: Context, name: string): Promise<SessionNode> {
  return cluster.node(name === "leader" ? (await cluster.members({ signal })).leader : name);
}
