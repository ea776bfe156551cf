import { messageOf } from "@kontiki/actors/node";
import { errors } from "@nats-io/transport-node";
import type { Addresses, NatsOptions } from "./options.ts";

/** Why there is no connection, and what to do, in one line. */
export function refusal(
  thrown: unknown,
  { shown: where, tls }: Pick<Addresses, "shown" | "tls">,
  options: Pick<NatsOptions, "tls">,
): string {
  if (isOfCredentials(thrown))
    return `the NATS server at ${where} refuses these credentials (${messageOf(thrown)}): give --creds, --nkey, or a user in the URL`;
  if (/does not support 'tls'/.test(messageOf(thrown)))
    return `the NATS server at ${where} has no TLS, and TLS was asked for: use nats://, or turn TLS on in the server`;
  const innermost = innermostOf(thrown);
  const cause = messageOf(innermost);
  if (isOfCertificate(innermost))
    return `the certificate of the NATS server at ${where} is not accepted (${cause}): give --tls-ca, the certificate of its signer`;
  const hasTls = tls || options.tls !== undefined;
  // A server that wants a certificate and gets none ends the handshake in a way that NATS's client does not report.
  if (hasTls && options.tls?.cert === undefined && isTimeout(innermost))
    return `the NATS server at ${where} has not answered over TLS (${cause}): if it verifies its clients, give --tls-cert and --tls-key`;
  return `no NATS server can be reached at ${where} (${cause}): start one (nats-server -js), or correct the URL`;
}

function isOfCredentials(thrown: unknown): boolean {
  return (
    thrown instanceof errors.AuthorizationError ||
    thrown instanceof errors.UserAuthenticationExpiredError
  );
}

/** Codes of OpenSSL and of Node. */
const OF_CERTIFICATES =
  /^(CERT_|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_)/;

function isOfCertificate(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    "code" in thrown &&
    typeof thrown.code === "string" &&
    OF_CERTIFICATES.test(thrown.code)
  );
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof errors.TimeoutError;
}

/** What NATS's client wraps: the cause says more than the wrapper. */
function innermostOf(thrown: unknown): unknown {
  let found = thrown;
  while (found instanceof Error && found.cause instanceof Error) found = found.cause;
  return found;
}
