import { nodeId } from "@kontiki/core";
import { expect, onTestFinished, test } from "vitest";
import { Gateway } from "../../../packages/cli/src/gateway/gateway.ts";
import { FakeCluster } from "../support/fake-cluster.ts";
import { GatewayStage } from "../support/gateway.ts";
import { eventsOf, send, type Told } from "../support/http.ts";

test("the status is that of the prompt", async () => {
  const stage = await GatewayStage.start(new FakeCluster(1));
  const [status, body] = await stage.ask({ path: "/v1/status" });
  expect([status, body]).toMatchObject([
    200,
    { nodes: [{ node: "n1", life: "running", leads: true, role: "leader" }], noLeader: null },
  ]);
});

test("the status has the nodes of other hosts, and tells which host is silent", async () => {
  const stage = await GatewayStage.start(new FakeCluster(1).onHosts());
  const nodes = [
    { node: "n1", life: "running", leads: false },
    { node: "m1", host: "b", life: "running", leads: true, term: 7 },
    { node: "m2", host: "c", life: null, cause: "host c has not answered within 1000 ms" },
  ];
  expect(await stage.ask({ path: "/v1/status" })).toMatchObject([200, { nodes }]);
  const events = eventsOf(await stage.open({ path: "/v1/events" }));
  expect((await events.next()).value).toMatchObject({ event: "status", data: { nodes } });
});

test("every path needs the token, unless none is wanted", async () => {
  const stage = await GatewayStage.start();
  for (const path of ["/v1/keys/k", "/v1/status", "/v1/events", "/metrics", "/openapi.json", "/x"])
    expect((await send(stage.port, { path })).status).toBe(401);
  const open = await Gateway.listen(0, "none");
  onTestFinished(() => open.close());
  open.serve(stage.cluster);
  expect(open.reach.token).toBeNull();
  const port = Number(new URL(open.reach.url).port);
  expect((await send(port, { path: "/v1/status" })).status).toBe(200);
  expect((await send(port, { path: "/v1/status", headers: { host: "a" } })).status).toBe(403);
});

test("before there is a cluster, it says that the nodes are starting", async () => {
  const gateway = await Gateway.listen(0, "none");
  onTestFinished(() => gateway.close());
  const port = Number(new URL(gateway.reach.url).port);
  const { status, body } = await send(port, { path: "/v1/status" });
  expect([status, body]).toEqual([
    503,
    '{"error":"the nodes are starting","outcome":"definitelyNot"}\n',
  ]);
});

test("a stream begins with the status, tells events, and ends with the cluster", async () => {
  const stage = await GatewayStage.start(new FakeCluster(1));
  const answer = await stage.open({ path: "/v1/events" });
  expect(answer.headers["content-type"]).toBe("text/event-stream");
  const told: Told[] = [];
  for await (const each of eventsOf(answer)) {
    told.push(each);
    if (each.event === "status") await stage.cluster.node("n1").crash();
    if (each.event === "started") void stage.gateway.close();
  }
  expect(told).toMatchObject([
    { event: "status", data: { nodes: [{ node: "n1" }] } },
    { event: "crashed", data: { node: "n1", text: "n1 crashed on request; restarts in 10 ms" } },
    { event: "started", data: { node: "n1", text: "n1 started, incarnation 2" } },
    { event: "end", data: {} },
  ]);
});

test("a thousand watchers get each event, made once, and leave nothing", async () => {
  const stage = await GatewayStage.start(new FakeCluster(1));
  const { events } = stage.cluster;
  const before = events.listenerCount("event");
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, () => stage.open({ path: "/v1/events" })),
  );
  expect(events.listenerCount("event")).toBe(before + 1);
  const reads = answers.map(async (answer) => {
    for await (const { event } of eventsOf(answer)) if (event === "leader") return true;
    return false;
  });
  events.emit("event", { type: "leader", node: nodeId("n1"), term: 2 as never });
  expect(new Set(await Promise.all(reads))).toEqual(new Set([true]));
  // Reading no further has closed each connection. The last one to go takes the listener along.
  while (events.listenerCount("event") > before) await new Promise((next) => setImmediate(next));
});

test("figures are in the format of Prometheus, with etcd's names", async () => {
  const stage = await GatewayStage.start(new FakeCluster(1));
  const { status, headers, body } = await stage.send({ path: "/metrics" });
  expect([status, headers["content-type"]]).toEqual([
    200,
    "text/plain; version=0.0.4; charset=utf-8",
  ]);
  const lines = body.split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      "# TYPE kontiki_server_has_leader gauge",
      'kontiki_server_has_leader{node="n1"} 1',
      'kontiki_server_is_leader{node="n1"} 1',
      'kontiki_server_leader_changes_seen_total{node="n1"} 1',
      'kontiki_server_elections_started_total{node="n1"} 2',
      'kontiki_server_proposals_committed_total{node="n1"} 1',
      'kontiki_mailbox_bytes{node="n1"} 600',
      "# TYPE kontiki_disk_wal_fsync_duration_seconds histogram",
      'kontiki_disk_wal_fsync_duration_seconds_bucket{node="n1",le="0.001"} 3',
      'kontiki_disk_wal_fsync_duration_seconds_bucket{node="n1",le="0.002"} 3',
      'kontiki_disk_wal_fsync_duration_seconds_bucket{node="n1",le="+Inf"} 4',
      'kontiki_disk_wal_fsync_duration_seconds_sum{node="n1"} 0.5',
      'kontiki_disk_wal_fsync_duration_seconds_count{node="n1"} 4',
      'kontiki_dead_letters_total{to="n2",reason="mailbox full"} 7',
    ]),
  );
  // One line of help and one of type for each metric, and nothing that is no line of the format.
  const others = lines.filter((line) => !/^(# (HELP|TYPE) \S+ .+|\w+(\{.*\})? \S+|)$/.test(line));
  expect(others).toEqual([]);
});
