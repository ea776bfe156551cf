import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { KontikiError } from "@kontiki/actors";
import { messageOf } from "@kontiki/actors/node";
import { credsAuthenticator, nkeyAuthenticator, type Authenticator } from "@nats-io/transport-node";
import type { NatsOptions, TlsFiles } from "./options.ts";

/** Any challenge of a server: what signs one has a seed that is right. */
const CHALLENGE = "challenge";

/** What the files of the options have. */
export type NatsFiles = {
  readonly authenticators: readonly Authenticator[];
  /** PEM texts. */
  readonly tls: TlsFiles;
};

/**
 * Reads and checks all files that the options name, before any server is asked.
 *
 * @throws KontikiError in one line, for a file that cannot be read or is not what it should be.
 */
export function filesOf({ creds, nkey, tls = {} }: NatsOptions): NatsFiles {
  const authenticators: Authenticator[] = [];
  if (creds !== undefined) authenticators.push(credentialsIn(creds));
  if (nkey !== undefined) authenticators.push(seedIn(nkey));
  return { authenticators, tls: tlsIn(tls) };
}

function credentialsIn(path: string): Authenticator {
  const authenticator = credsAuthenticator(bytesOf(path, "credentials"));
  check(
    () => authenticator(CHALLENGE),
    `${path} is no credentials file of NATS: a JWT and its seed are expected, as nsc writes them`,
  );
  return authenticator;
}

/** The seed alone: a file may have lines around it. */
function seedIn(path: string): Authenticator {
  const text = new TextDecoder().decode(bytesOf(path, "nkey"));
  const seed = /^\s*(S[A-Z][A-Z2-7]{40,})\s*$/m.exec(text)?.[1] ?? "";
  const authenticator = nkeyAuthenticator(new TextEncoder().encode(seed));
  check(
    () => authenticator(CHALLENGE),
    `${path} has no seed of an nkey: a line such as SUAC... is expected`,
  );
  return authenticator;
}

function tlsIn({ ca, cert, key }: TlsFiles): TlsFiles {
  const found: { -readonly [Each in keyof TlsFiles]: string } = {};
  if (ca !== undefined) found.ca = certificateIn(ca);
  if (cert !== undefined) found.cert = certificateIn(cert);
  if (key === undefined) return found;
  found.key = textOf(key);
  const { ca: _, ...own } = found;
  const whose = cert === undefined ? "" : `, or not that of ${cert}`;
  check(() => createSecureContext(own), `${key} is no key in PEM${whose}`);
  return found;
}

function certificateIn(path: string): string {
  const text = textOf(path);
  check(() => new X509Certificate(text), `${path} is no certificate in PEM`);
  return text;
}

/** @throws KontikiError with this line when `read` throws. */
function check(read: () => unknown, line: string): void {
  try {
    read();
  } catch (thrown) {
    throw new KontikiError(line, { cause: thrown });
  }
}

function textOf(path: string): string {
  return new TextDecoder().decode(bytesOf(path, "TLS"));
}

function bytesOf(path: string, what: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new KontikiError(`cannot read the ${what} file ${path}: ${reasonOf(thrown)}`, {
      cause: thrown,
    });
  }
}

/** The reason of a system error, without the name of the call and the path. */
function reasonOf(thrown: unknown): string {
  const message = messageOf(thrown);
  if (message.startsWith("EISDIR: ")) return "it is a folder; give a file";
  return /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
