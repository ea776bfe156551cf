import type { FromNode } from "../mail/protocol.ts";

/** A turn of a node, as its lane to the supervisor or the program has it: the letters of the turn travel by themselves. */
export type ReportedTurn = Pick<
  FromNode & { readonly type: "turn" },
  "type" | "malformed" | "raft"
>;

/** What a node reports by its lanes; everything else travels by its port. */
export type LaneReport = (FromNode & { readonly type: "membership" | "trouble" }) | ReportedTurn;
