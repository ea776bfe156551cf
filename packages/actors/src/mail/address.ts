import type { NodeId } from "@kontiki/core";

/** The address of mail: a node's id or a client's number. A node id contains no slash, so the two never collide. */
export type Address = NodeId | ClientAddress;

/** The address of a client. */
export type ClientAddress = `client/${number}`;

/** A host, where messages to it itself are counted. */
export type HostAddress = `host/${string}`;

/** The address of the client with this number. */
export function clientAddress(client: number): ClientAddress {
  return `client/${client}`;
}

/** Whether an address is a client's. */
export function isClientAddress(address: string): address is ClientAddress {
  return address.startsWith("client/");
}

/** The number of the client at an address. */
export function clientOf(address: ClientAddress): number {
  return Number(address.slice("client/".length));
}
