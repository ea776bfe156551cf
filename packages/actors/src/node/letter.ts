import type { Event, NodeId } from "@kontiki/core";
import type { Address } from "../mail/address.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** What lies in a node's mailbox. */
export type Letter =
  /** Mail from a peer or a client. The incarnation is that of the sender's thread, 0 for a client. */
  | {
      readonly type: "mail";
      readonly from: Address;
      readonly incarnation: number;
      readonly bytes: Uint8Array;
    }
  /** The supervisor saw the end of a node's thread. */
  | { readonly type: "obituary"; readonly node: NodeId; readonly incarnation: number }
  /** A timer ran out. The epoch tells whether it has been reset since. */
  | { readonly type: "timer"; readonly epoch: number }
  /** The shortest election timeout has passed since the timer of this epoch was started. */
  | { readonly type: "silence"; readonly epoch: number }
  /** What an operator wants, as an event of the core. */
  | { readonly type: "order"; readonly event: Order };

/** An event that an operator causes. */
export type Order = Event<CommandBytes> & {
  readonly type: "changeMembership" | "transfer" | "compact";
};
