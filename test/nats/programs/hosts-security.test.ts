import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cluster, type Peers, type Transport } from "@kontiki/actors";
import { nats, type NatsOptions } from "@kontiki/nats";
import { nkeys } from "@nats-io/transport-node";
import { expect, onTestFinished, test } from "vitest";
import open from "../../../packages/nats/src/hosts/nats-transport.ts";
import { certificate } from "../support/certificates.ts";
import { Credentials } from "../support/credentials.ts";
import { startNatsServer } from "../support/nats-server.ts";

const PEERS: Peers = { cluster: "duo", hosts: { a: ["n1"], b: ["n2"] } };

const OWN = "kontiki.cluster.duo.>";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "kontiki-hosts-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function file(text: string): string {
  const path = join(folder(), "file");
  writeFileSync(path, text);
  return path;
}

/** The transport of a host, what it has received, and the first things that it reports. */
class Opened {
  readonly received: string[] = [];
  readonly reports: string[] = [];
  readonly #waiting = new Set<() => void>();
  transport: Transport | undefined;

  async open(host: string, options: NatsOptions): Promise<this> {
    const transport = await open(options, {
      cluster: PEERS.cluster,
      host,
      addresses: [`host.${host}`],
      receive: (_, bytes) => this.#add(this.received, new TextDecoder().decode(bytes)),
      onState: (connected, what) => this.#add(this.reports, `${connected}: ${what}`),
    });
    this.transport = transport;
    onTestFinished(() => transport.close());
    return this;
  }

  /** Waits until one of its lists has this many. */
  async has(list: readonly string[], count: number): Promise<readonly string[]> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (list.length >= count) resolve(list);
      };
      this.#waiting.add(look);
      look();
    });
  }

  #add(list: string[], text: string): void {
    list.push(text);
    for (const look of this.#waiting) look();
  }
}

/** What a host with these options reports first. */
async function reports(options: NatsOptions, count = 1): Promise<readonly string[]> {
  const opened = await new Opened().open("b", options);
  return opened.has(opened.reports, count);
}

test("hosts use TLS that verifies both sides, and signed credentials", async () => {
  const { cert, key } = certificate();
  const credentials = new Credentials();
  const both = `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${cert}", verify: true }`;
  const server = await startNatsServer(`${both}\n${credentials.config}`, { hasJetStream: false });
  const servers = `tls://localhost:${server.port}`;
  const tls = { ca: cert, cert, key };
  const creds = file(credentials.user(OWN));
  const start = async (host: string): Promise<Cluster> => {
    const transport = nats({ servers, creds, tls });
    const cluster = await Cluster.start({ host, peers: PEERS, transport, dataDir: folder() });
    onTestFinished(() => cluster.stop());
    return cluster;
  };
  const [a, b] = await Promise.all([start("a"), start("b")]);
  const put = { type: "put", key: "x", value: "1" } as const;
  expect(await a.propose(put, { timeoutMs: 60_000 })).toMatchObject({ type: "ok" });
  expect(await b.get("x", { timeoutMs: 60_000 })).toEqual({ type: "ok", value: "1" });

  const where = `localhost:${server.port}`;
  const refused = new RegExp(
    `^false: the NATS server at ${where} refuses these credentials \\([^\\n]+\\): give --creds, --nkey, or a user in the URL$`,
  );
  const unaccepted = new RegExp(
    `^false: the certificate of the NATS server at ${where} is not accepted \\([^\\n]+\\): give --tls-ca, `,
  );
  const stranger = file(new Credentials().user(OWN));
  const other = file(credentials.user("kontiki.cluster.other.>"));
  const wrong: readonly (readonly [NatsOptions, RegExp])[] = [
    [{ servers, creds: stranger, tls }, refused],
    [{ servers, tls }, refused],
    [{ servers, creds, tls: { cert, key } }, unaccepted],
  ];
  const found = await Promise.all(wrong.map(async ([options]) => reports(options)));
  for (const [at, [, line]] of wrong.entries()) expect(found[at]?.[0]).toMatch(line);
  // These credentials are good, and for another cluster.
  expect((await reports({ servers, creds: other, tls }, 2))[1]).toBe(
    "true: the NATS server does not let host b subscribe to kontiki.cluster.duo.host.b: its user must be allowed to subscribe to kontiki.cluster.duo.>",
  );
}, 60_000);

test("hosts use the seed of an nkey, which may be allowed one cluster", async () => {
  const [own, other] = [nkeys.createUser(), nkeys.createUser()];
  const seed = (of: typeof own): string => file(new TextDecoder().decode(of.getSeed()));
  const allowed = `permissions: { publish: "${OWN}", subscribe: "${OWN}" }`;
  const { url: servers, port } = await startNatsServer(
    `authorization { users: [{ nkey: ${own.getPublicKey()}, ${allowed} }] }`,
    { hasJetStream: false },
  );
  const nkey = seed(own);
  const [a, b] = await Promise.all(
    ["a", "b"].map(async (host) => new Opened().open(host, { servers, nkey })),
  );
  if (a === undefined || b === undefined) throw new Error("two were opened");
  await Promise.all([a, b].map(async (each) => each.has(each.reports, 1)));
  // What is sent before the server has the subscription of the receiver is lost.
  const hello = new TextEncoder().encode("hello");
  const again = setInterval(() => expect(a.transport?.send("host.b", hello)).toBe(undefined), 20);
  onTestFinished(() => clearInterval(again));
  expect((await b.has(b.received, 1))[0]).toBe("hello");
  expect((await reports({ servers, nkey: seed(other) }))[0]).toMatch(
    new RegExp(`^false: the NATS server at 127.0.0.1:${port} refuses these credentials \\(.+$`),
  );
}, 60_000);

test("a host that may not publish reports the first message that is refused, and no other one", async () => {
  const { url: servers } = await startNatsServer(
    `authorization { users: [{ user: ann, password: ann, permissions: { publish: "other", subscribe: "${OWN}" } }] }`,
    { hasJetStream: false },
  );
  const opened = await new Opened().open("b", { servers: servers.replace("//", "//ann:ann@") });
  await opened.has(opened.reports, 1);
  const send = (to: string): unknown => opened.transport?.send(to, new Uint8Array(1));
  expect([send("hosts"), send("host.a"), send("hosts")]).toEqual([undefined, undefined, undefined]);
  await opened.has(opened.reports, 2);
  // It flushes what it has taken, so the server has answered all of it.
  await opened.transport?.close();
  expect(opened.reports).toEqual([
    `true: connected to NATS at ${new URL(servers).host}`,
    "true: the NATS server does not let host b publish to kontiki.cluster.duo.hosts: its user must be allowed to publish to kontiki.cluster.duo.>",
  ]);
});
