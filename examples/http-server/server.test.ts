import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Cluster, type Outcome } from "@kontiki/actors";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { keyValueServer } from "./server.js";

/** Serves until the test or its file ends. Gives the URL. */
async function served(
  cluster: Parameters<typeof keyValueServer>[0],
  atEnd: (stop: () => void) => void,
): Promise<string> {
  const server = keyValueServer(cluster);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ask(url: string, method: string, body?: string): Promise<readonly [number, string]> {
  const response = await fetch(url, { method, ...(body !== undefined && { body }) });
  return [response.status, (await response.text()).trimEnd()];
}

describe("a cluster of three nodes", () => {
  let cluster: Cluster;
  let url: string;

  beforeAll(async () => {
    cluster = await Cluster.start({ nodes: 3 });
    url = await served(cluster, afterAll);
  });
  afterAll(() => cluster.stop());

  test("keeps values, and replaces one only if it is as expected", async () => {
    expect(await ask(`${url}/greeting`, "GET")).toEqual([404, "no such key"]);
    expect(await ask(`${url}/greeting`, "PUT", "ahoy")).toEqual([200, "ok"]);
    expect(await ask(`${url}/greeting?was=hello`, "PUT", "bye")).toEqual([
      409,
      "another value is there",
    ]);
    expect(await ask(`${url}/greeting?was=ahoy`, "PUT", "bye")).toEqual([200, "ok"]);
    expect(await ask(`${url}/greeting`, "GET")).toEqual([200, "bye"]);
  });

  test("keeps what it acknowledged while its leader crashes", async () => {
    const keys = Array.from({ length: 50 }, (_, at) => `${url}/key-${at}`);
    const puts = keys.map((key) => ask(key, "PUT", `value of ${key}`));
    const crash = cluster.node(await cluster.leader()).crash();
    expect(await Promise.all(puts)).toEqual(keys.map(() => [200, "ok"]));
    await crash;
    const read = await Promise.all(keys.map((key) => ask(key, "GET")));
    expect(read).toEqual(keys.map((key) => [200, `value of ${key}`]));
  });

  test("refuses what it does not understand", async () => {
    expect(await ask(`${url}/`, "PUT", "x")).toEqual([400, "a key has at least one character"]);
    expect(await ask(`${url}/%`, "GET")).toEqual([400, "URIError: URI malformed"]);
    expect(await ask(`${url}/key`, "DELETE")).toEqual([405, "only GET and PUT"]);
    expect(await ask(`${url}/key`, "PUT", "x".repeat(2 ** 20 + 1))).toEqual([
      413,
      "the value is too long",
    ]);
  });
});

test.each<[Outcome<null>, number, string]>([
  [{ type: "definitelyNot", reason: "no node leads" }, 503, "no node leads"],
  [{ type: "unknown", reason: "no answer came in time" }, 504, "no answer came in time"],
])("an outcome of %j has its own status", async (outcome, status, text) => {
  const cluster = { propose: async () => outcome, get: async () => outcome };
  const url = await served(cluster, onTestFinished);
  expect(await ask(`${url}/key`, "PUT", "value")).toEqual([status, text]);
  expect(await ask(`${url}/key`, "GET")).toEqual([status, text]);
});
