import type { FromNode } from "../mail/protocol.ts";
import type { RaftStatus } from "../mail/status.ts";

/** A turn of a node, as its lane to the supervisor or the program has it: the letters of the turn travel by themselves. */
export type ReportedTurn = Pick<
  FromNode & { readonly type: "turn" },
  "type" | "malformed" | "raft"
>;

/** How far a node's log has come. All else is as the node reported last, in the same lane. Most turns change only this. */
export type ReportedProgress = { readonly type: "progress" } & Pick<
  RaftStatus,
  "commit" | "last" | "applied"
>;

/** What a node reports by its lanes; everything else travels by its port. */
export type LaneReport =
  (FromNode & { readonly type: "membership" | "trouble" }) | ReportedTurn | ReportedProgress;
