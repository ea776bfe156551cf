import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { EventStream } from "../../../packages/cli/src/http/event-stream.ts";
import { admit, newToken } from "../../../packages/cli/src/http/guard.ts";
import {
  LoopbackServer,
  type Handle,
  type Patience,
} from "../../../packages/cli/src/http/loopback-server.ts";
import { readJson, readText } from "../../../packages/cli/src/http/read-body.ts";
import { sendJson } from "../../../packages/cli/src/http/respond.ts";
import { dispatch, type Route } from "../../../packages/cli/src/http/routes.ts";
import { eventsOf, open as begin, send, type Sent } from "../support/http.ts";

async function listen(handle: Handle, patience?: Patience): Promise<LoopbackServer> {
  const server = await LoopbackServer.listen(0, handle, patience);
  onTestFinished(() => server.close());
  return server;
}

/** A server that tells what it has got. */
const echo: readonly Route[] = [
  {
    path: "/things/{thing}",
    methods: {
      GET: ({ response, rest, query }) => sendJson(response, 200, { rest, query: [...query] }),
      PUT: async ({ request, response }) =>
        sendJson(response, 200, { text: await readText(request, 10) }),
      POST: async ({ request, response }) =>
        sendJson(response, 200, { json: await readJson(request, 10) }),
    },
  },
];

async function ask(sent: Sent): Promise<{ readonly status: number; readonly body: unknown }> {
  const { port } = await listen((request, response) => dispatch(echo, request, response));
  const { status, body } = await send(port, sent);
  return { status, body: body === "" ? "" : JSON.parse(body) };
}

test.each([
  ["/things/a", "a"],
  ["/things/a/b", "a/b"],
  ["/things/", ""],
  ["/things/..", ".."],
  ["/things/%2e%2e/x", "../x"],
  ["/things/a%20b%2F%3F%25", "a b/?%"],
  ["/things/%C3%A9", "é"],
  ["/things/a+b", "a+b"],
  ["/things/__proto__", "__proto__"],
])("the path %s is taken as it was sent", async (path, rest) => {
  expect(await ask({ path })).toEqual({ status: 200, body: { rest, query: [] } });
});

test("a query is read as a form", async () => {
  const { body } = await ask({ path: "/things/a?b=1&c=%26&d=x+y" });
  expect(body).toEqual({
    rest: "a",
    query: [
      ["b", "1"],
      ["c", "&"],
      ["d", "x y"],
    ],
  });
});

test.each([
  ["/things/%ff", 400, "the address must be UTF-8, percent-encoded"],
  ["/things/%", 400, "the address must be UTF-8, percent-encoded"],
  ["/things/a?b=%ff", 400, "the address must be UTF-8, percent-encoded"],
  ["/other", 404, "there is no /other here"],
  ["/", 404, "there is no / here"],
])("%s has the status %d", async (path, status, error) => {
  expect(await ask({ path })).toEqual({ status, body: { error } });
});

test("a method that a path does not have is refused, with those that it has", async () => {
  const { port } = await listen((request, response) => dispatch(echo, request, response));
  const { status, headers, body } = await send(port, { method: "PATCH", path: "/things/a" });
  expect({ status, allow: headers.allow, body }).toEqual({
    status: 405,
    allow: "GET, HEAD, POST, PUT",
    body: '{"error":"PATCH is not possible here; GET, HEAD, POST, PUT is"}\n',
  });
});

test("HEAD has the headers of GET and no body", async () => {
  const { port } = await listen((request, response) => dispatch(echo, request, response));
  const head = await send(port, { method: "HEAD", path: "/things/a" });
  const get = await send(port, { path: "/things/a" });
  expect(head.body).toBe("");
  expect(head.status).toBe(get.status);
  expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
});

test.each([
  ["PUT", "0123456789", 200, { text: "0123456789" }],
  ["PUT", "0123456789a", 413, { error: "the body of this request has at most 10 bytes" }],
  ["PUT", new Uint8Array([0xff]), 400, { error: "the body must be UTF-8" }],
  ["POST", "[1]", 200, { json: [1] }],
  ["POST", "[1", 400, { error: "the body must be JSON" }],
  ["POST", "", 400, { error: "the body must be JSON" }],
])("%s with the body %j has the status %d", async (method, body, status, answer) => {
  expect(await ask({ method, path: "/things/a", body })).toEqual({ status, body: answer });
});

test("a body of unknown length may grow too large, too", async () => {
  const { port } = await listen((request, response) => dispatch(echo, request, response));
  const socket = connect(port, "127.0.0.1");
  socket.write(
    "PUT /things/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  socket.write("20\r\n01234567890123456789012345678901\r\n0\r\n\r\n");
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 /);
});

test("a body that is much too large is not read to its end", async () => {
  const { port } = await listen((request, response) => dispatch(echo, request, response));
  const socket = connect(port, "127.0.0.1");
  socket.write("PUT /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n0123");
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 /);
});

test("a body that breaks off is answered with nothing, and the server lives", async () => {
  const { port } = await listen((request, response) => dispatch(echo, request, response));
  const socket = connect(port, "127.0.0.1");
  socket.write("PUT /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab", () =>
    socket.destroy(),
  );
  await once(socket, "close");
  expect((await send(port, { path: "/things/a" })).status).toBe(200);
});

test("a client that does not finish its headers is cut off", async () => {
  const { port } = await listen(() => undefined, { headersMs: 50 });
  const socket = connect(port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost");
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
});

test("what cannot be read as HTTP gets 400", async () => {
  const { port } = await listen(() => undefined);
  const socket = connect(port, "127.0.0.1");
  socket.write("nonsense\r\n\r\n");
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
});

test("an error that a handler throws is the answer", async () => {
  const { port } = await listen(() => {
    throw new TypeError("a fault");
  });
  const { status, body } = await send(port, {});
  expect({ status, body }).toEqual({ status: 500, body: '{"error":"a fault"}\n' });
});

test("a port that is in use is an error in one line", async () => {
  const { port } = await listen(() => undefined);
  await expect(LoopbackServer.listen(port, () => undefined)).rejects.toThrow(
    `cannot listen at 127.0.0.1:${port}: another program uses this port; choose another one, or 0`,
  );
});

test("closing ends requests that wait and streams that are open", async () => {
  let [open, onClosed] = [0, (): void => undefined];
  const closed = new Promise<void>((resolve) => (onClosed = resolve));
  const server = await LoopbackServer.listen(0, (request, response) => {
    if (request.url === "/stream") new EventStream(response).onClose(onClosed);
    open += 1;
  });
  const stream = await begin(server.port, { path: "/stream" });
  const ended = new Promise<void>((resolve) => stream.once("close", () => resolve()));
  stream.on("error", () => undefined).resume();
  const waiting = send(server.port, { path: "/wait" });
  const failed = expect(waiting).rejects.toThrow("socket hang up");
  while (open < 2) await new Promise((resolve) => setImmediate(resolve));
  await server.close();
  await Promise.all([ended, failed, closed]);
});

test("a slow reader of a stream misses events and learns how many", async () => {
  let stream: EventStream | undefined;
  const { port } = await listen((_, response) => {
    stream = new EventStream(response, 1_000);
  });
  const answer = await begin(port, {});
  const filler = "x".repeat(100_000);
  let sent = 0;
  while (stream?.send("filler", filler) === true) sent += 1;
  const { dropped } = stream ?? {};
  expect(dropped).toBe(1);
  stream?.send("filler", filler);
  const told: string[] = [];
  for await (const { event, data } of eventsOf(answer)) {
    if (event === "filler") told.push(event);
    // All that waited is read: the next one is sent again.
    if (told.length === sent) {
      while (stream?.send("last", 1) === false) await new Promise((next) => setImmediate(next));
      sent = Infinity;
    }
    if (event === "dropped") expect((data as { count: number }).count).toBeGreaterThanOrEqual(2);
    if (event === "last") break;
  }
  expect(new Set(told)).toEqual(new Set(["filler"]));
});

const token = "0123456789abcdef0123456789abcdef";

test("tokens differ, and are as long as this one", () => {
  const tokens = [newToken(), newToken(), token];
  expect(new Set(tokens).size).toBe(3);
  expect(tokens.map(({ length }) => length)).toEqual([32, 32, 32]);
});

const bearer = { authorization: `Bearer ${token}` };

/** The status of a request to a server that wants the token. */
async function admitted(
  headers: Record<string, string>,
  { path = "/", tokenInAddress = false, isOpen = false } = {},
): Promise<number> {
  const server: LoopbackServer = await listen((request, response) => {
    admit(request, { port: server.port, token: isOpen ? undefined : token, tokenInAddress });
    sendJson(response, 200, {});
  });
  const { port } = server;
  const filled = Object.entries(headers).map(([name, value]) => [
    name,
    value.replace("PORT", String(port)),
  ]);
  return (await send(port, { path, headers: Object.fromEntries(filled) as Record<string, string> }))
    .status;
}

test.each<[Record<string, string>, number]>([
  [bearer, 200],
  [{ authorization: `bearer  ${token}` }, 200],
  [{ ...bearer, host: "localhost:PORT" }, 200],
  [{ ...bearer, host: "LocalHost:PORT" }, 200],
  [{ ...bearer, origin: "http://127.0.0.1:PORT", "sec-fetch-site": "same-origin" }, 200],
  [{ ...bearer, "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, 200],
  [{}, 401],
  [{ authorization: "Bearer " }, 401],
  [{ authorization: `Bearer ${token}0` }, 401],
  [{ authorization: `Basic ${token}` }, 401],
  [{ ...bearer, host: "example.com:PORT" }, 403],
  [{ ...bearer, host: "127.0.0.1" }, 403],
  [{ ...bearer, host: "127.0.0.1:1" }, 403],
  [{ ...bearer, origin: "http://example.com" }, 403],
  [{ ...bearer, origin: "https://127.0.0.1:PORT" }, 403],
  [{ ...bearer, origin: "null" }, 403],
  [{ ...bearer, "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }, 403],
  [{ ...bearer, "sec-fetch-site": "same-site" }, 403],
])("a request with the headers %j has the status %d", async (headers, status) => {
  expect(await admitted(headers)).toBe(status);
});

test("the token counts in the address only where that is allowed", async () => {
  const path = `/?token=${token}`;
  expect(await admitted({}, { path })).toBe(401);
  expect(await admitted({}, { path, tokenInAddress: true })).toBe(200);
  expect(await admitted({}, { path: "/?token=x", tokenInAddress: true })).toBe(401);
});

test("without a token, hosts and origins are still checked", async () => {
  expect(await admitted({}, { isOpen: true })).toBe(200);
  expect(await admitted({ origin: "http://example.com" }, { isOpen: true })).toBe(403);
});
