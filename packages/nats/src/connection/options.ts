/** How to reach a server of NATS, and as whom. */
export type NatsOptions = {
  /**
   * URLs, separated by commas: `nats://127.0.0.1:4222`, `tls://nats.example.org`. A user and a password, or a token, may be
   * part of them, as NATS allows: `nats://user:password@127.0.0.1`.
   */
  readonly servers: string;
  /** The path of a credentials file: a JWT and its seed, as `nsc` writes them. */
  readonly creds?: string;
  /** The path of a file with the seed of an nkey: `SU...`. */
  readonly nkey?: string;
  /** TLS. A server that has no TLS is then refused, as it is with a `tls://` URL. */
  readonly tls?: TlsFiles;
  /** What the server calls this connection in its own reports. */
  readonly name?: string;
};

/** Paths of PEM files. */
export type TlsFiles = {
  /** The authorities that may have signed the server's certificate, if not those of the system. */
  readonly ca?: string;
  /** This client's certificate, for a server that verifies its clients. */
  readonly cert?: string;
  /** The key of that certificate. */
  readonly key?: string;
};

/** URLs without what they say of the user, and what they said of it. */
export type Addresses = {
  /** `host:port`, as NATS's client takes them. */
  readonly servers: readonly string[];
  /** For people: the same, never with a password. */
  readonly shown: string;
  readonly tls: boolean;
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
};

const SCHEMES: Readonly<Record<string, boolean>> = { "nats:": false, "tls:": true };

/** Takes URLs apart. @returns a line that says what is wrong with one of them, for URLs that are none. */
export function addressesOf(text: string): Addresses | string {
  const found: URL[] = [];
  for (const part of text.split(",").map((one) => one.trim())) {
    const url = urlOf(part);
    if (url === undefined)
      return `"${withoutUser(part)}" is no address of a NATS server: give a URL such as nats://127.0.0.1:4222`;
    found.push(url);
  }
  const servers = found.map(({ hostname, port }) => `${hostname}:${port || "4222"}`);
  const tls = found.some(({ protocol }) => SCHEMES[protocol] === true);
  const user = userOf(found);
  if (user === undefined)
    return `the user of a NATS server at ${servers.join(", ")} is not percent-encoded as UTF-8`;
  return { servers, shown: servers.join(", "), tls, ...user };
}

function urlOf(part: string): URL | undefined {
  const text = part.includes("://") ? part : `nats://${part}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return SCHEMES[url.protocol] !== undefined && url.hostname !== "" ? url : undefined;
}

/** Undefined for a user, a password or a token that cannot be read. */
function userOf(urls: readonly URL[]): Pick<Addresses, "user" | "pass" | "token"> | undefined {
  const named = urls.find(({ username }) => username !== "");
  if (named === undefined) return {};
  try {
    const user = decodeURIComponent(named.username);
    if (named.password === "") return { token: user };
    return { user, pass: decodeURIComponent(named.password) };
  } catch {
    return undefined;
  }
}

/** A message must not show a password. */
function withoutUser(part: string): string {
  return part.replace(/^(.*:\/\/)?.*@/, "$1");
}
