/** The address of a client. The name of an actor contains no slash, so the two never collide. */
export type ClientAddress = `client/${number}`;

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
