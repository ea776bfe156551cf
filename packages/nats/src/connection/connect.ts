import { readFileSync } from "node:fs";
import { KontikiError } from "@kontiki/actors";
import { messageOf } from "@kontiki/actors/node";
import {
  connect,
  credsAuthenticator,
  nkeyAuthenticator,
  type Authenticator,
  type ConnectionOptions,
  type NatsConnection,
} from "@nats-io/transport-node";
import { addressesOf, type Addresses, type NatsOptions } from "./options.ts";
import { refusal } from "./refusal.ts";

/** How long the first connection may take, in ms. A server that is slower than this is reported as not reachable. */
const FIRST_CONNECT_MS = 5000;

/** How long a client waits before it looks again for a server that is gone, in ms. */
const RECONNECT_MS = 250;

/**
 * Connects to NATS. A connection that is lost later is made again, however long that takes: a server may restart.
 *
 * @param options where the server is, and who this is.
 * @returns the connection of NATS's own client.
 * @throws KontikiError in one line, if no server answers, or if it refuses these credentials.
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
  const authenticator = authenticatorsOf(options);
  const tls = addresses.tls || options.tls !== undefined ? { tls: tlsOf(options) } : {};
  return {
    servers: [...addresses.servers],
    timeout: FIRST_CONNECT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(user === undefined ? {} : { user }),
    ...(pass === undefined ? {} : { pass }),
    ...(token === undefined ? {} : { token }),
    ...(authenticator.length === 0 ? {} : { authenticator }),
    ...tls,
  };
}

function authenticatorsOf({ creds, nkey }: NatsOptions): Authenticator[] {
  const found: Authenticator[] = [];
  if (creds !== undefined) found.push(credsAuthenticator(bytesOf(creds, "credentials")));
  if (nkey !== undefined) found.push(nkeyAuthenticator(seedOf(nkey)));
  return found;
}

/** The seed alone: a file may have lines around it. */
function seedOf(path: string): Uint8Array {
  const text = new TextDecoder().decode(bytesOf(path, "nkey"));
  const seed = /^\s*(S[A-Z][A-Z2-7]{40,})\s*$/m.exec(text)?.[1];
  if (seed === undefined)
    throw new KontikiError(`${path} has no seed of an nkey: a line such as SUAC... is expected`);
  return new TextEncoder().encode(seed);
}

function tlsOf({ tls = {} }: NatsOptions): NonNullable<ConnectionOptions["tls"]> {
  const text = (path: string): string => new TextDecoder().decode(bytesOf(path, "TLS"));
  return {
    ...(tls.ca === undefined ? {} : { ca: text(tls.ca) }),
    ...(tls.cert === undefined ? {} : { cert: text(tls.cert) }),
    ...(tls.key === undefined ? {} : { key: text(tls.key) }),
  };
}

function bytesOf(path: string, what: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new KontikiError(`cannot read the ${what} file: ${messageOf(thrown)}`, { cause: thrown });
  }
}
