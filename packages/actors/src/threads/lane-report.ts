import type { FromNode } from "../mail/protocol.ts";
import type { FiguresReport } from "../mailboxes/lane-frames.ts";

/** A turn of a node, as its lane to the supervisor or the program has it: the letters of the turn travel by themselves. */
export type ReportedTurn = Pick<
  FromNode & { readonly type: "turn" },
  "type" | "malformed" | "raft"
>;

/**
 * How far a node's log has come: `commit`, `last` and `applied` of its status. All else is as the node reported last, in the same
 * lane. Most turns change only this.
 */
export type ReportedProgress = FiguresReport;

/** What a node reports by its lanes; everything else travels by its port. */
export type LaneReport =
  (FromNode & { readonly type: "membership" | "trouble" }) | ReportedTurn | ReportedProgress;
