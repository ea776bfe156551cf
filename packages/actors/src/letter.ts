import type { Address } from "./address.ts";

/** What lies in a node's mailbox. */
export type Letter =
  /** Mail from a peer or a client. */
  | { readonly type: "mail"; readonly from: Address; readonly bytes: Uint8Array }
  /** A timer ran out. The epoch tells whether it has been reset since. */
  | { readonly type: "timer"; readonly epoch: number };
