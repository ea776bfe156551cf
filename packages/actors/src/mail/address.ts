import type { NodeId } from "@kontiki/core";
import type { ClientAddress } from "../mailboxes/address.ts";

export {
  clientAddress,
  clientOf,
  isClientAddress,
  type ClientAddress,
} from "../mailboxes/address.ts";

/** The address of mail: a node's id or a client's number. A node id contains no slash, so the two never collide. */
export type Address = NodeId | ClientAddress;
