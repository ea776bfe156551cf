import type {
  Cluster,
  KeyValueCommand,
  KeyValueResult,
  NodeHandle,
  Outcome,
  ReadOptions,
} from "@kontiki/actors";
import { CommandFailed, type Answer } from "./answer.ts";
import type { Arguments } from "./arguments.ts";

/** As much of a node as a session needs. */
export type SessionNode = Pick<
  NodeHandle,
  "compact" | "crash" | "id" | "log" | "snapshot" | "start" | "stop" | "wipe"
>;

/** As much of a cluster as a session needs. */
export type SessionCluster = Pick<
  Cluster,
  | "addNode"
  | "converged"
  | "leader"
  | "members"
  | "promote"
  | "propose"
  | "read"
  | "removeNode"
  | "status"
  | "transfer"
> & {
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
  return valueOf(await cluster.propose(command));
}

/** The answer to a question, which goes past the log. @throws CommandFailed when there is none. */
export async function read(
  { cluster }: Context,
  question: KeyValueCommand,
  options: ReadOptions = {},
): Promise<KeyValueResult> {
  return valueOf(await cluster.read(question, options));
}

function valueOf(outcome: Outcome<KeyValueResult>): KeyValueResult {
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

/** What a command does. */
export type Run = (context: Context, args: Arguments) => Promise<Answer>;
