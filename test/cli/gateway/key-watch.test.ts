import { Cluster } from "@kontiki/actors";
import { expect, onTestFinished, test } from "vitest";
import { ChangeLog } from "../../../packages/cli/src/gateway/change-log.ts";
import { Gateway } from "../../../packages/cli/src/gateway/gateway.ts";
import type { ProgramCluster } from "../../../packages/cli/src/launch/cluster.ts";
import { FakeCluster } from "../support/fake-cluster.ts";
import { GatewayStage } from "../support/gateway.ts";
import { eventsOf, open, type Sent, type Told } from "../support/http.ts";

/** What a stream tells until one of its events is the last that is wanted. */
async function toldBy(
  stage: Pick<GatewayStage, "open">,
  sent: Sent,
  isLast: (told: Told) => boolean,
  then: () => Promise<unknown> = async () => undefined,
): Promise<readonly Told[]> {
  const told: Told[] = [];
  for await (const each of eventsOf(await stage.open(sent))) {
    told.push(each);
    if (each.event === "begin") await then();
    if (isLast(each)) break;
  }
  return told;
}

const put = (key: string, value: string) => ({ type: "put", key, value }) as const;
const changes = (index: number, ...list: readonly object[]): Told => ({
  event: "changes",
  id: index,
  data: { index, changes: list },
});

/** Some commands of which not all change something. */
async function write(cluster: Pick<FakeCluster, "propose">): Promise<void> {
  await cluster.propose(put("a1", "x"));
  await cluster.propose(put("b1", "y"));
  await cluster.propose({ type: "compareAndSet", key: "a1", expected: "no", value: "z" });
  await cluster.propose({ type: "compareAndSet", key: "a1", expected: "x", value: "z" });
  await cluster.propose({ type: "append", key: "a2", value: "né" });
  await cluster.propose({ type: "delete", key: "none" });
  await cluster.propose({ type: "delete", key: "a1" });
}

const [A1, A1_CAS, A2, A1_GONE] = [
  changes(2, put("a1", "x")),
  changes(5, put("a1", "z")),
  changes(6, { type: "append", key: "a2", value: "né", bytes: 3 }),
  changes(8, { type: "delete", key: "a1" }),
];

test("a stream tells what changed keys with a prefix, or one key, in the order of the log", async () => {
  const stage = await GatewayStage.start();
  const isLast = ({ id = 0 }: Told): boolean => id >= 8;
  const told = await toldBy(stage, { path: "/v1/watch?prefix=a" }, isLast, () =>
    write(stage.cluster),
  );
  expect(told).toEqual([{ event: "begin", id: 1, data: { index: 1 } }, A1, A1_CAS, A2, A1_GONE]);
  const again = await toldBy(stage, { path: "/v1/watch/a1?after=2" }, isLast);
  expect(again).toEqual([{ event: "begin", id: 2, data: { index: 2 } }, A1_CAS, A1_GONE]);
  const resumed = { path: "/v1/watch/a1?after=2", headers: { "last-event-id": "5" } };
  expect((await toldBy(stage, resumed, isLast)).slice(1)).toEqual([A1_GONE]);
});

test.each([
  [
    "/v1/watch?after=-1",
    'the entry to begin after must be a whole number from 0 to 9007199254740991, not "-1"',
  ],
  ["/v1/watch/a?prefix=b", 'there is no parameter "prefix": there are after'],
  ["/v1/watch/", "a key has at least one character"],
])("%s is wrong", async (path, error) => {
  const stage = await GatewayStage.start();
  expect(await stage.ask({ path })).toEqual([400, { error }]);
});

test("a reader that comes too late is told to read again", async () => {
  const stage = await GatewayStage.start();
  await toldBy(stage, { path: "/v1/watch" }, () => true);
  expect(await stage.ask({ path: "/v1/watch?after=0" })).toEqual([
    410,
    {
      error:
        "changes are kept from entry 2 on, and those after 0 are asked for: read the keys again",
    },
  ]);
});

test("a reader that comes from another log is told to read again", async () => {
  const stage = await GatewayStage.start();
  expect(await stage.ask({ path: "/v1/watch", headers: { "last-event-id": "1000" } })).toEqual([
    410,
    { error: "the log ends at entry 1, so entry 1000 is of another one: read the keys again" },
  ]);
});

test("changes that no node has told are a gap, and those before are gone", async () => {
  const stage = await GatewayStage.start();
  const told = await toldBy(
    stage,
    { path: "/v1/watch" },
    ({ event }) => event === "gap",
    async () => stage.cluster.tellApplied({ type: "gap", from: 2, to: 9 }),
  );
  expect(told.at(-1)).toEqual({ event: "gap", id: 9, data: { index: 9 } });
  expect((await stage.ask({ path: "/v1/watch?after=8" }))[0]).toBe(410);
});

test("a reader of keys that do not change gets its place now and then", async () => {
  const stage = await GatewayStage.start();
  const told = await toldBy(
    stage,
    { path: "/v1/watch/quiet" },
    ({ event }) => event === "progress",
    async () => {
      for (let count = 0; count < 1_000; count += 1) await stage.cluster.propose(put("a", "1"));
    },
  );
  expect(told.slice(1)).toEqual([{ event: "progress", id: 1_001, data: { index: 1_001 } }]);
});

test("a log of changes keeps the last ones within its bounds", async () => {
  const cluster = new FakeCluster();
  const log = new ChangeLog(cluster, { entries: 3, characters: 400 });
  await log.begun();
  for (let count = 0; count < 5; count += 1) await cluster.propose(put("a", "1"));
  expect([log.since, log.last, log.next(0)?.index, log.next(5)?.index]).toEqual([3, 6, 4, 6]);
  await cluster.propose(put("a", "x".repeat(300)));
  expect([log.since, log.next(0)?.index, log.next(7)]).toEqual([6, 7, undefined]);
});

test("a slow reader gets everything that is kept, and learns of what is not", async () => {
  const stage = await GatewayStage.start();
  const value = "x".repeat(1024 * 1024);
  const read = async (puts: number): Promise<readonly (string | number | undefined)[]> => {
    const answer = await stage.open({ path: "/v1/watch" });
    await new Promise((resolve) => answer.once("readable", resolve));
    for (let count = 0; count < puts; count += 1) await stage.cluster.propose(put("a", value));
    const told: Told[] = [];
    const last = stage.cluster.status()[0]?.raft?.last ?? 0;
    for await (const each of eventsOf(answer)) {
      told.push(each);
      if (each.id === last) break;
    }
    return told.map(({ event, id }) => (event === "changes" ? id : event));
  };
  expect(await read(10)).toEqual(["begin", 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const told = await read(40);
  expect(told).toContain("gap");
  expect(told.slice(-5)).toEqual([47, 48, 49, 50, 51]);
});

test("on real nodes nothing is missed or told twice while the leader crashes", async () => {
  const cluster = await Cluster.start({ nodes: 3, electionTimeoutMs: 150, heartbeatMs: 25 });
  onTestFinished(() => cluster.stop());
  const gateway = await Gateway.listen(0, "none");
  onTestFinished(() => gateway.close());
  gateway.serve(cluster as unknown as ProgramCluster);
  const port = Number(new URL(gateway.reach.url).port);
  const appends = Array.from({ length: 60 }, (_, at) => `${at},`);
  const write = async (): Promise<void> => {
    for (const [at, value] of appends.entries()) {
      if (at % 20 === 10) await cluster.node(await cluster.leader()).crash();
      await cluster.propose({ type: "append", key: "k", value });
    }
  };
  let written: Promise<void> | undefined;
  let text = "";
  for await (const { event, data } of eventsOf(await open(port, { path: "/v1/watch/k" }))) {
    if (event === "begin") written = write();
    const list = (data as { changes?: { value: string }[] }).changes ?? [];
    text += list.map(({ value }) => value).join("");
    if (text.length >= appends.join("").length) break;
  }
  await written;
  expect(text).toBe(appends.join(""));
}, 60_000);
