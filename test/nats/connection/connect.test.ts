import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KontikiError } from "@kontiki/actors";
import type { NatsOptions } from "@kontiki/nats";
import { errors, nkeys, type Status } from "@nats-io/transport-node";
import { expect, onTestFinished, test } from "vitest";
import { connectNats } from "../../../packages/nats/src/connection/connect.ts";
import { refusal } from "../../../packages/nats/src/connection/refusal.ts";
import { certificate } from "../support/certificates.ts";
import { freePort, natsServerProgram, startNatsServer } from "../support/nats-server.ts";

/** What a request over a new connection brings back, or the line of the error. */
async function reach(options: NatsOptions): Promise<string> {
  try {
    const connection = await connectNats(options);
    await connection.flush();
    await connection.close();
    return "connected";
  } catch (thrown) {
    if (!(thrown instanceof KontikiError)) throw thrown;
    return thrown.message;
  }
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "kontiki-nats-files-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function file(name: string, text: string): string {
  const path = join(folder(), name);
  writeFileSync(path, text);
  return path;
}

test("a server without credentials is reached by each form of its address", async () => {
  const { port, url } = await startNatsServer();
  const forms = [url, `127.0.0.1:${port}`, `nats://localhost:${port}`, `${url}, ${url}`];
  for (const servers of forms) expect(await reach({ servers })).toBe("connected");
});

test("an address that is none is named, without its password", async () => {
  const wrong = (shown: string): string =>
    `"${shown}" is no address of a NATS server: give a URL such as nats://127.0.0.1:4222`;
  expect(await reach({ servers: "http://user:secret@host" })).toBe(wrong("http://host"));
  expect(await reach({ servers: "" })).toBe(wrong(""));
  expect(await reach({ servers: "nats://%zz:secret@host" })).toBe(
    "the user of a NATS server at host:4222 is not percent-encoded as UTF-8",
  );
});

test("a server that is not there is one line", async () => {
  const where = `127.0.0.1:${await freePort()}`;
  expect(await reach({ servers: `nats://${where}` })).toBe(
    `no NATS server can be reached at ${where} (connect ECONNREFUSED ${where}): start one (nats-server -js), or correct the URL`,
  );
});

const REFUSES =
  /^the NATS server at 127\.0\.0\.1:\d+ refuses these credentials \(.+\): give --creds/;

test("a user, a token and the seed of an nkey are accepted, and wrong ones refused", async () => {
  const pair = nkeys.createUser();
  const other = nkeys.createUser();
  const seed = (of: typeof pair): string =>
    file("seed.nk", `# a user\n${new TextDecoder().decode(of.getSeed())}\n`);
  const server = await startNatsServer(
    `authorization { users: [{ user: ann, password: "p@ss" }, { nkey: ${pair.getPublicKey()} }] }`,
  );
  const { port, url } = server;
  expect(await reach({ servers: `nats://ann:p%40ss@127.0.0.1:${port}` })).toBe("connected");
  expect(await reach({ servers: url, nkey: seed(pair) })).toBe("connected");
  expect(await reach({ servers: url, nkey: seed(other) })).toMatch(REFUSES);
  expect(await reach({ servers: `nats://ann:wrong@127.0.0.1:${port}` })).toMatch(REFUSES);
  expect(await reach({ servers: url })).toMatch(REFUSES);

  const withToken = await startNatsServer(`authorization { token: "t0ken" }`);
  expect(await reach({ servers: `nats://t0ken@127.0.0.1:${withToken.port}` })).toBe("connected");
  expect(await reach({ servers: withToken.url })).toMatch(REFUSES);
});

test("files that cannot be read or are not what they should be are named before a server is asked", async () => {
  const servers = "nats://127.0.0.1:1";
  const missing = "/missing.pem";
  const gone = (what: string): string =>
    `cannot read the ${what} file /missing.pem: no such file or directory`;
  expect(await reach({ servers, creds: missing })).toBe(gone("credentials"));
  expect(await reach({ servers, nkey: missing })).toBe(gone("nkey"));
  expect(await reach({ servers, tls: { ca: missing } })).toBe(gone("TLS"));
  const empty = file("empty.nk", "no seed\n");
  const none = "has no seed of an nkey: a line such as SUAC... is expected";
  expect(await reach({ servers, nkey: empty })).toBe(`${empty} ${none}`);
  const wrong = file("wrong.nk", `SU${"A".repeat(56)}\n`);
  expect(await reach({ servers, nkey: wrong })).toBe(`${wrong} ${none}`);

  const [{ cert, key }, { key: other }] = [certificate(), certificate()];
  expect(await reach({ servers, creds: cert })).toBe(
    `${cert} is no credentials file of NATS: a JWT and its seed are expected, as nsc writes them`,
  );
  expect(await reach({ servers, tls: { ca: key } })).toBe(`${key} is no certificate in PEM`);
  expect(await reach({ servers, tls: { cert, key: other } })).toBe(
    `${other} is no key in PEM, or not that of ${cert}`,
  );
});

test("TLS verifies the server, and is never given up for a server that has none", async () => {
  const { cert, key } = certificate();
  const files = `cert_file: "${cert}", key_file: "${key}"`;
  const { port } = await startNatsServer(`tls { ${files} }`);
  const servers = `tls://localhost:${port}`;
  expect(await reach({ servers, tls: { ca: cert } })).toBe("connected");
  expect(await reach({ servers })).toBe(
    `the certificate of the NATS server at localhost:${port} is not accepted (self-signed certificate): give --tls-ca, the certificate of its signer`,
  );

  const mutual = await startNatsServer(`tls { ${files}, ca_file: "${cert}", verify: true }`);
  const checked = `tls://localhost:${mutual.port}`;
  expect(await reach({ servers: checked, tls: { ca: cert, cert, key } })).toBe("connected");

  const plain = await startNatsServer();
  expect(await reach({ servers: `tls://127.0.0.1:${plain.port}` })).toBe(
    `the NATS server at 127.0.0.1:${plain.port} has no TLS, and TLS was asked for: use nats://, or turn TLS on in the server`,
  );
});

test("a server that ends the handshake without a word may want a certificate", () => {
  const [plain, secure] = [false, true].map((tls) => ({ shown: "h:4222", tls }));
  if (plain === undefined || secure === undefined) throw new Error("there are two");
  const late = new errors.TimeoutError();
  const hint =
    "the NATS server at h:4222 has not answered over TLS (timeout): if it verifies its clients, give --tls-cert and --tls-key";
  const none =
    "no NATS server can be reached at h:4222 (timeout): start one (nats-server -js), or correct the URL";
  expect(refusal(late, secure, {})).toBe(hint);
  expect(refusal(late, plain, { tls: { ca: "ca.pem" } })).toBe(hint);
  expect(refusal(late, secure, { tls: { cert: "cert.pem", key: "key.pem" } })).toBe(none);
  expect(refusal(late, plain, {})).toBe(none);
});

test("a connection returns after the server was away", async () => {
  const server = await startNatsServer();
  const connection = await connectNats({ servers: server.url });
  onTestFinished(() => connection.close());
  const statuses = connection.status()[Symbol.asyncIterator]();
  const until = async (type: Status["type"]): Promise<void> => {
    let next: IteratorResult<Status, unknown>;
    do next = await statuses.next();
    while (next.done !== true && next.value.type !== type);
  };
  await server.stop();
  await until("disconnect");
  await server.start();
  await until("reconnect");
  await connection.flush();
});

test("a machine without the server's program learns what to install", () => {
  expect(() => natsServerProgram({ PATH: folder() }, [])).toThrow(
    /this machine has no nats-server in PATH: install it \(Debian: apt-get install nats-server\)/,
  );
});
