import { KontikiError } from "@kontiki/actors";
import { connect, type ConnectionOptions, type NatsConnection } from "@nats-io/transport-node";
import { filesOf } from "./files.ts";
import { addressesOf, type Addresses, type NatsOptions } from "./options.ts";
import { refusal } from "./refusal.ts";
import { INBOX } from "./subjects.ts";

/** How long the first connection may take, in ms. A server that is slower than this is reported as not reachable. */
const FIRST_CONNECT_MS = 5000;

/** How long a client waits before it looks again for a server that is gone, in ms. */
const RECONNECT_MS = 250;

/**
 * Connects to NATS. A connection that is lost later is made again, however long that takes: a server may restart.
 *
 * @param options where the server is, and who this is.
 * @returns the connection of NATS's own client.
 * @throws KontikiError in one line, if a file is not what it should be, if no server answers, or if it refuses these credentials.
 */
export async function connectNats(options: NatsOptions): Promise<NatsConnection> {
  const addresses = addressesOf(options.servers);
  if (typeof addresses === "string") throw new KontikiError(addresses);
  const given = connectionOptions(options, addresses);
  try {
    return await connect(given);
  } catch (thrown) {
    throw new KontikiError(refusal(thrown, addresses, options), { cause: thrown });
  }
}

function connectionOptions(options: NatsOptions, addresses: Addresses): ConnectionOptions {
  const { user, pass, token } = addresses;
  const { authenticators, tls } = filesOf(options);
  return {
    servers: [...addresses.servers],
    timeout: FIRST_CONNECT_MS,
    inboxPrefix: INBOX,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(user === undefined ? {} : { user }),
    ...(pass === undefined ? {} : { pass }),
    ...(token === undefined ? {} : { token }),
    ...(authenticators.length === 0 ? {} : { authenticator: [...authenticators] }),
    ...(addresses.tls || options.tls !== undefined ? { tls } : {}),
  };
}
