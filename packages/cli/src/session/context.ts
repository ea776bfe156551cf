import type { Cluster, KeyValueCommand, KeyValueResult, NodeHandle } from "@kontiki/actors";
import { CommandFailed } from "./answer.ts";

/** As much of a node as a session needs. */
export type SessionNode = Pick<NodeHandle, "crash" | "id" | "log" | "start" | "stop">;

/** As much of a cluster as a session needs. */
export type SessionCluster = Pick<Cluster, "converged" | "leader" | "propose" | "status"> & {
  node(id: string): SessionNode;
};

/** What every command of a session works with. */
export type Context = {
  readonly cluster: SessionCluster;
  /** Once it is aborted, the command that runs fails, and so does every later one. */
  readonly signal: AbortSignal;
};

/** The value of a proposal that was applied. @throws CommandFailed for every other end. */
export async function propose(
  { cluster }: Context,
  command: KeyValueCommand,
): Promise<KeyValueResult> {
  const outcome = await cluster.propose(command);
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

/** The node of this name; "leader" is whichever leads, waited for if none does. */
export async function nodeOf({ cluster, signal }: Context, name: string): Promise<SessionNode> {
  return cluster.node(name === "leader" ? await cluster.leader({ signal }) : name);
}
