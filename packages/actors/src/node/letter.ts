import type { Event } from "@kontiki/core";
import type { Address } from "../mail/address.ts";
import type { Obituary } from "../mail/protocol.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** An item in a node's mailbox. */
export type Letter =
  /** Mail from a peer or a client. The incarnation is the sender's, 0 for a client. */
  | {
      readonly type: "mail";
      readonly from: Address;
      readonly incarnation: number;
      readonly bytes: Uint8Array;
    }
  /** The supervisor observed the end of a node's thread, or the node reported that its disk failed. */
  | Obituary
  /** A timer fired. The epoch shows whether it was reset since. */
  | { readonly type: "timer"; readonly epoch: number }
  /** The shortest election timeout has passed since the timer of this epoch was started. */
  | { readonly type: "silence"; readonly epoch: number }
  /** An operator's request, as an event of the core. */
  | { readonly type: "order"; readonly event: Order };

/** An event that an operator requests. */
export type Order = Event<CommandBytes> & {
  readonly type: "changeMembership" | "transfer" | "compact";
};
