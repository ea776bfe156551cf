import type { Index, NodeId, Term } from "./ids.ts";
import type { Message } from "./message.ts";

/** Everything that can happen to a server. */
export type Event<C> =
  /** A message of another server has come. One from outside the cluster, or from itself, is ignored. */
  | { readonly type: "message"; readonly from: NodeId; readonly message: Message<C> }
  /** The election timer ran out: no leader was heard and no vote given for its whole length (§5.2). */
  | { readonly type: "electionTimeout" }
  /** The heartbeat timer ran out (§5.2). */
  | { readonly type: "heartbeatTimeout" }
  /** A client wants these commands in the log, in this order. Answered by `proposed` or `rejectProposal`. */
  | { readonly type: "propose"; readonly commands: readonly C[] }
  /**
   * All events that were at hand have been handled: a leader now sends each follower what it lacks, as one
   * message however many events there were (dissertation 10.2.2).
   */
  | { readonly type: "replicate" }
  /**
   * The disk holds the log up to `index`, whose entry is of `term`. The term tells a late completion for an entry
   * that has since been replaced from one for the entry that stands there now.
   */
  | { readonly type: "durable"; readonly index: Index; readonly term: Term };
