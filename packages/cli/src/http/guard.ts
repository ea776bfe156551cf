import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { HttpError } from "./http-error.ts";
import { LOOPBACK } from "./loopback-server.ts";

/** Who may use a server. */
export type Guard = {
  readonly port: number;
  /** What each request must bring; undefined if none need. */
  readonly token: string | undefined;
  /** Whether the token may be in the address, as `?token=`, for what cannot set headers: a link, an `EventSource`. */
  readonly tokenInAddress?: boolean;
};

/** Makes a token that cannot be guessed. It needs no quoting in a shell or an address. */
export function newToken(): string {
  return randomBytes(16).toString("hex");
}

/**
 * Admits a request, or refuses it.
 *
 * A page of another site that is open in the user's browser can send requests to this machine. It cannot know the token.
 * Where no token is needed, the headers that browsers set keep it out: `Host`, which differs when a name of that site
 * resolves to this machine (DNS rebinding), `Origin`, and `Sec-Fetch-Site`.
 *
 * @throws HttpError 403 for a wrong host or origin, 401 for a wrong or missing token
 */
export function admit(request: IncomingMessage, guard: Guard): void {
  const { headers } = request;
  const hosts = hostsAt(guard.port);
  if (!hosts.includes((headers.host ?? "").toLowerCase()))
    throw new HttpError(403, `the Host header must be ${hosts.join(" or ")}`);
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`))
    throw new HttpError(403, "requests from pages of other origins are refused");
  if (isFromElsewhere(headers))
    throw new HttpError(403, "requests from pages of other sites are refused");
  if (guard.token === undefined || hasToken(request, guard, guard.token)) return;
  throw new HttpError(401, "this needs the token: the header Authorization: Bearer TOKEN", {
    headers: { "www-authenticate": 'Bearer realm="kontiki"' },
  });
}

function hostsAt(port: number): readonly string[] {
  const names = [LOOPBACK, "localhost"];
  const withPort = names.map((name) => `${name}:${port}`);
  return port === 80 ? [...withPort, ...names] : withPort;
}

/** A link that a person follows comes from elsewhere, too, and its page cannot read the answer. */
function isFromElsewhere(headers: IncomingMessage["headers"]): boolean {
  const { "sec-fetch-site": site, "sec-fetch-mode": mode } = headers;
  return site !== undefined && site !== "same-origin" && site !== "none" && mode !== "navigate";
}

function hasToken(request: IncomingMessage, guard: Guard, token: string): boolean {
  const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (given !== undefined) return isSame(given, token);
  if (guard.tokenInAddress !== true) return false;
  const url = request.url ?? "";
  const query = url.includes("?") ? url.slice(url.indexOf("?") + 1) : "";
  return isSame(new URLSearchParams(query).get("token") ?? "", token);
}

/** Takes the same time for every wrong one. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digestOf(a), digestOf(b));
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
