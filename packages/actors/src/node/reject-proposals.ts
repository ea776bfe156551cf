import type { Effect } from "@kontiki/core";
import type { OutgoingMail } from "../mail/protocol.ts";
import { encodeParcel } from "../mail/wire.ts";
import type { CommandBytes } from "../storage/storage.ts";
import type { Proposals } from "./read-letters.ts";

/**
 * The mail for proposals that the core rejects. A node that does not lead forwards them to the leader, which answers the
 * client itself; it does so once, or two nodes could forward them to each other forever.
 */
export function rejectProposals(
  proposals: readonly Proposals[],
  { reason, leader }: Effect<CommandBytes> & { readonly type: "rejectProposal" },
): OutgoingMail[] {
  return proposals.map(({ client, id, commands, forwarded }) =>
    reason === "notLeader" && leader !== undefined && !forwarded
      ? { to: leader, bytes: encodeParcel({ type: "forward", client, id, commands }) }
      : { to: client, bytes: encodeParcel({ type: "refused", id, reason, leader }) },
  );
}
