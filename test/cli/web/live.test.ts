import { run } from "@kontiki/cli";
import { nodeId } from "@kontiki/core";
import type { ChannelMessages, LogLine, NodeStatus } from "@kontiki/actors";
import type { LiveBatch, LiveHead } from "@kontiki/cli/live";
import { Timeline, summaryOf } from "@kontiki/web/model";
import { channel } from "node:diagnostics_channel";
import { describe, expect, onTestFinished, test } from "vitest";
import { LogReader } from "../../../packages/cli/src/web/log-reader.ts";
import { NO_FAULTS } from "../../../packages/cli/src/session/context.ts";
import { LiveServer } from "../../../packages/cli/src/web/live-server.ts";
import { Measured } from "../../../packages/cli/src/web/measured.ts";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeHost } from "../support/fake-host.ts";

/** `kontiki up --web` on a fake cluster, and what its page would receive. */
class Lab {
  readonly cluster: FakeCluster;
  readonly host: FakeHost;
  readonly status: Promise<number>;

  constructor(
    env: Record<string, string> = {},
    args: readonly string[] = [],
    cluster: FakeCluster = new FakeCluster(),
  ) {
    this.cluster = cluster;
    this.host = new FakeHost({ env });
    this.status = run(["up", "--memory", "--web", ...args], this.host, async (options) =>
      this.cluster.startedWith(options),
    );
    onTestFinished(async () => {
      this.host.stdin.end("quit\n");
      await this.status;
    });
  }

  async url(): Promise<URL> {
    await this.host.stderr.until(/page: \S+/);
    const [, url = ""] = /page: (\S+)/.exec(this.host.stderr.text) ?? [];
    return new URL(url);
  }

  async send(line: string): Promise<unknown> {
    const url = await this.url();
    const response = await fetch(new URL("/commands", url), {
      method: "POST",
      headers: { authorization: `Bearer ${url.searchParams.get("token")}` },
      body: JSON.stringify({ line }),
    });
    return response.json();
  }
}

type Told = { readonly event: string; readonly data: unknown };

/** The events of a stream, as they come. */
async function* eventsOf(lab: Lab): AsyncGenerator<Told, void> {
  const url = await lab.url();
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const address = new URL(`/events${url.search}`, url);
  const { body } = await fetch(address, { signal: end.signal });
  let text = "";
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString("utf8");
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const [, event = "", data = "null"] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
      if (event !== "") yield { event, data: JSON.parse(data) };
    }
  }
}

async function next<T>(events: AsyncGenerator<Told, void>, wanted: string): Promise<T> {
  for (;;) {
    const { value } = await events.next();
    if (value === undefined) throw new Error(`the stream ended without ${wanted}`);
    if (value.event === wanted) return value.data as T;
  }
}

describe("a live page", () => {
  test("begins with the whole cluster, its verbs and their texts", async () => {
    const lab = new Lab();
    const { head, verbs, events } = await next<LiveHead>(eventsOf(lab), "head");
    expect(head).toMatchObject({
      title: "cluster, 3 nodes",
      source: "live",
      nodes: ["n1", "n2", "n3"],
    });
    const timeline = new Timeline(head.nodes);
    timeline.append(events);
    const { nodes } = timeline.moment(timeline.length - 1);
    expect(head.nodes.map((node) => nodes[node] && summaryOf(nodes[node]).role)).toEqual([
      "leader",
      "follower",
      "follower",
    ]);
    expect(verbs.find(({ name }) => name === "stop")).toEqual({
      name: "stop",
      usage: "NODE|leader",
      summary: "stop it gracefully; it stays down until it is started",
      example: "stop n2",
      takesNode: true,
      isAlone: false,
    });
    expect(verbs.map(({ name }) => name)).not.toContain("quit");
  });

  test("runs commands as the prompt does", async () => {
    const lab = new Lab();
    expect(await lab.send("put a 1")).toEqual({ ok: true, text: "ok" });
    expect(await lab.send("get a")).toEqual({ ok: true, text: "1" });
    expect(await lab.send("get")).toMatchObject({
      ok: false,
      text: expect.stringContaining("get takes 1 argument") as string,
    });
    expect(await lab.send('put "a')).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^column \d+: /) as string,
    });
    expect(await lab.send("quit")).toMatchObject({ ok: false });
    lab.cluster.next.push({ type: "unknown", reason: "no answer" });
    expect(await lab.send("put a 2")).toEqual({
      ok: false,
      text: "unknown whether done: no answer",
    });
  });

  test("gets one state for each tenth of a second, and how many were left out", async () => {
    const lab = new Lab();
    const events = eventsOf(lab);
    await next<LiveHead>(events, "head");
    const [status] = lab.cluster.status();
    if (status?.raft === undefined) throw new Error("a node of a fake cluster has a state");
    for (let commit = 1; commit <= 1_000; commit += 1) {
      const raft = { ...status.raft, commit: commit as typeof status.raft.commit };
      lab.cluster.events.emit("status", { ...status, raft });
    }
    let [skipped, shown] = [0, 0];
    let commit: unknown;
    while (commit !== 1_000) {
      const batch = await next<LiveBatch>(events, "batch");
      skipped += batch.skipped;
      for (const { changes } of batch.events) {
        const now = changes?.["n1"]?.state?.["commit"];
        if (now === undefined) continue;
        shown += 1;
        commit = now;
      }
    }
    expect(skipped + shown).toBeGreaterThanOrEqual(1_000);
    expect(shown).toBeLessThan(20);
  });

  test("shows the nodes of other hosts, and that nothing is known of those of a silent one", async () => {
    const lab = new Lab({}, [], new FakeCluster().onHosts());
    const events = eventsOf(lab);
    const { head, events: first } = await next<LiveHead>(events, "head");
    const timeline = new Timeline(head.nodes);
    timeline.append(first);
    while (timeline.nodes.length < 5)
      timeline.append((await next<LiveBatch>(events, "batch")).events);
    const { m1, m2 } = timeline.moment(timeline.length - 1).nodes;
    expect(m1 && summaryOf(m1)).toMatchObject({ role: "leader", term: 7 });
    expect(m1).toMatchObject({ life: "up", state: { host: "b" } });
    const silent = "host c has not answered within 1000 ms";
    expect(m2).toMatchObject({ life: "silent", state: { host: "c", silent } });
    // A page that is opened later begins with them.
    const later = await next<LiveHead>(eventsOf(lab), "head");
    expect(later.head.nodes).toEqual(["n1", "n2", "n3", "m1", "m2"]);
  });

  test("tells events as the prompt does, without the name of the node beside them", async () => {
    const lab = new Lab();
    const events = eventsOf(lab);
    await next<LiveHead>(events, "head");
    lab.cluster.events.emit("event", { type: "noLeader", forMs: 5_000, why: "n2 is stopped" });
    lab.cluster.events.emit("event", { type: "stopped", node: nodeId("n2"), incarnation: 1 });
    const told: unknown[] = [];
    while (told.length < 2)
      for (const { type, node, text } of (await next<LiveBatch>(events, "batch")).events)
        if (type !== "step") told.push([node, text]);
    expect(told).toEqual([
      ["", "no leader for 5 s: n2 is stopped"],
      ["n2", "stopped"],
    ]);
  });

  test("learns that the cluster has ended", async () => {
    const lab = new Lab();
    const events = eventsOf(lab);
    await next<LiveHead>(events, "head");
    lab.host.stdin.end("quit\n");
    expect(await next(events, "ended")).toEqual({});
    expect(await lab.status).toBe(0);
  });

  test("reads no more than the end of a long log, and then what is new", async () => {
    const lab = new Lab();
    const events = eventsOf(lab);
    const { head, events: first } = await next<LiveHead>(events, "head");
    const timeline = new Timeline(head.nodes);
    timeline.append(first);
    for (const key of ["a", "b", "c"]) await lab.send(`put ${key} 1`);
    const texts = (): readonly string[] =>
      timeline.moment(timeline.length - 1).nodes["n1"]?.log.cells.map(([, , text]) => text) ?? [];
    while (texts().length < 4) timeline.append((await next<LiveBatch>(events, "batch")).events);
    expect(texts()).toEqual([
      "no-op",
      ...["a", "b", "c"].map((key) => expect.stringContaining(`put ${key} 1`) as string),
    ]);
  });
});

/** A cluster whose nodes all have one log, which a test changes. */
class OneLog extends FakeCluster {
  incarnation = 1;
  term = 1;
  commit = 0;
  /** The terms of its entries, after the first `compacted`. */
  terms: readonly number[] = [];
  compacted = 0;

  override status(): readonly NodeStatus[] {
    const last = this.compacted + this.terms.length;
    const own = { term: this.term, commit: this.commit, first: this.compacted + 1, last };
    return super.status().map((status) => ({
      ...status,
      incarnation: this.incarnation,
      raft: status.raft && ({ ...status.raft, ...own } as typeof status.raft),
    }));
  }

  override node(id: string): ReturnType<FakeCluster["node"]> {
    const lines = this.terms.map((each, at): LogLine => ({
      type: "noop",
      index: this.compacted + at + 1,
      term: each,
    }));
    const log = async ({ from = 1, max = 1000 } = {}): Promise<readonly LogLine[]> =>
      lines.filter(({ index }) => index >= from).slice(0, max);
    return Object.assign(super.node(id), { log });
  }
}

test("logs are followed as they grow, are cut off, are compacted, and after a restart", async () => {
  const cluster = new OneLog();
  const lab = new Lab({}, [], cluster);
  const events = eventsOf(lab);
  const { head, events: first } = await next<LiveHead>(events, "head");
  const timeline = new Timeline(head.nodes);
  timeline.append(first);
  const shown = (): unknown => {
    const log = timeline.moment(timeline.length - 1).nodes["n1"]?.log;
    return [log?.baseIndex, ...(log?.cells.map(([each]) => each) ?? [])];
  };
  const until = async (...expected: readonly number[]): Promise<void> => {
    while (JSON.stringify(shown()) !== JSON.stringify(expected))
      timeline.append((await next<LiveBatch>(events, "batch")).events);
  };
  Object.assign(cluster, { terms: [1, 1, 1], commit: 1 });
  await until(0, 1, 1, 1);
  Object.assign(cluster, { terms: [1, 2], term: 2 });
  await until(0, 1, 2);
  // As long as before, and of the same term.
  Object.assign(cluster, { terms: [1, 3], term: 3, commit: 1 });
  await until(0, 1, 3);
  Object.assign(cluster, { terms: [1, 3, 3, 3], commit: 4 });
  await until(0, 1, 3, 3, 3);
  Object.assign(cluster, { terms: [3, 3], compacted: 2 });
  await until(2, 3, 3);
  Object.assign(cluster, { incarnation: 2, terms: [3, 3, 4], term: 4 });
  await until(2, 3, 3, 4);
  const many = Array.from({ length: 1_000 }, () => 4);
  Object.assign(cluster, { terms: many, commit: 1_002 });
  await until(602, ...many.slice(0, 400));
});

test("of a log that grows a page keeps the last entries", async () => {
  const cluster = new OneLog();
  const reader = new LogReader(cluster);
  const timeline = new Timeline(["n1"]);
  const grown = async (length: number): Promise<readonly number[]> => {
    Object.assign(cluster, { terms: Array.from({ length }, () => 1), commit: length });
    const log = (await reader.changes()).get("n1");
    if (log !== undefined)
      timeline.append([{ at: 0, type: "step", node: "n1", text: "", changes: { n1: { log } } }]);
    const { baseIndex = 0, cells = [] } =
      timeline.moment(timeline.length - 1).nodes["n1"]?.log ?? {};
    return [baseIndex, cells.length];
  };
  for (let length = 300; length < 2_000; length += 300) await grown(length);
  expect(await grown(2_000)).toEqual([0, 2_000]);
  expect(await grown(2_100)).toEqual([1_100, 1_000]);
  expect(await grown(2_300)).toEqual([1_100, 1_200]);
});

test("figures are per second, however long a second takes", () => {
  const cluster = new OneLog();
  let now = 0;
  const measured = new Measured(cluster, () => now);
  const after = (ms: number, commit: number): number => {
    now += ms;
    cluster.commit = commit;
    return measured.take().commits;
  };
  expect([after(1_000, 40), after(4_000, 240), after(1_002, 240)]).toEqual([40, 50, 0]);
  measured.stop();
});

/** A letter from n1 to n2 as the threads publish it. */
function published(way: "sent" | "received", number: number, more: object = {}): void {
  const told: ChannelMessages["kontiki:letter"] = {
    cluster: 1,
    node: way === "sent" ? "n1" : "n2",
    incarnation: 1,
    dropped: 0,
    at: performance.timeOrigin + performance.now(),
    way,
    letter: `n1/1/${number}`,
    from: "n1",
    to: "n2",
    bytes: 60,
    messages: [{ type: "appendEntries", term: 2, first: 4, last: 6, granted: undefined }],
    share: 1,
    ...more,
  };
  channel("kontiki:letter").publish(told);
}

describe("letters and timers", () => {
  test("are recorded while a page is open, with what became of each letter", async () => {
    const lab = new Lab();
    const events = eventsOf(lab);
    await lab.url();
    expect(channel("kontiki:letter").hasSubscribers).toBe(false);
    const { head } = await next<LiveHead>(events, "head");
    expect(channel("kontiki:letter").hasSubscribers).toBe(true);
    const timeline = new Timeline(head.nodes);
    // The batches of two threads come in any order, and a sender that is killed tells nothing.
    const at = performance.timeOrigin + performance.now();
    published("received", 1, { at: at + 2 });
    published("sent", 1, { at });
    published("sent", 2, { at });
    published("received", 3, { at, share: 0.1 });
    const timer = { cluster: 1, node: "n3", incarnation: 1, dropped: 0, at, dueAt: at + 200 };
    channel("kontiki:timer").publish({ ...timer, timer: "election" });
    const shares = new Set<number>();
    const fates = (): readonly unknown[] =>
      [1, 2, 3].map((id) => timeline.letters.find(id)?.fate?.type);
    while (fates().includes(undefined)) {
      const batch = await next<LiveBatch>(events, "batch");
      timeline.append(batch.events);
      shares.add(batch.share);
    }
    expect(fates()).toEqual(["arrived", "lost", "arrived"]);
    expect(timeline.letters.find(2)).toMatchObject({
      letter: {
        from: "n1",
        to: "n2",
        kind: "append",
        text: "appendEntries term 2, entries 4 to 6 (60 B)",
      },
      fate: { reason: "n2 has not taken it within 1 s" },
    });
    expect(shares).toEqual(new Set([1, 0.1]));
    const { timer: known } = timeline.moment(timeline.length - 1).nodes["n3"] ?? {};
    expect(known?.kind).toBe("election");
    expect(known?.to).toBeCloseTo((known?.from ?? 0) + 200, 2);
    const times = Array.from({ length: timeline.length }, (_, index) => timeline.event(index)?.at);
    expect(times).toEqual(times.toSorted((one, other) => Number(one) - Number(other)));
    await events.return();
    while (channel("kontiki:letter").hasSubscribers)
      await new Promise((resolve) => setImmediate(resolve));
  });
});

describe("requests", () => {
  test("without the token are refused", async () => {
    const url = await new Lab().url();
    const paths = ["/", "/events", "/?token=wrong"];
    const statuses = paths.map(async (path) => (await fetch(new URL(path, url))).status);
    expect(await Promise.all(statuses)).toEqual([401, 401, 401]);
    const posted = await fetch(new URL(`/commands${url.search}`, url), {
      method: "POST",
      body: "{}",
    });
    expect(posted.status).toBe(401);
  });

  test("of another page are refused, with the token as well", async () => {
    const url = await new Lab().url();
    const { status } = await fetch(url, { headers: { origin: "http://example.org" } });
    expect(status).toBe(403);
  });

  test("that hold no command are refused", async () => {
    const url = await new Lab().url();
    const post = async (body: string): Promise<number> => {
      const headers = { authorization: `Bearer ${url.searchParams.get("token")}` };
      return (await fetch(new URL("/commands", url), { method: "POST", headers, body })).status;
    };
    expect(await Promise.all(["", "{}", '{"line":1}', '{"line":"a\\nb"}'].map(post))).toEqual([
      400, 400, 400, 400,
    ]);
  });
});

test("a token of one's own is used, and one that can be guessed is refused", async () => {
  const token = "a-token-for-this-test";
  expect((await new Lab({ KONTIKI_WEB_TOKEN: token }).url()).searchParams.get("token")).toBe(token);
  const weak = new Lab({ KONTIKI_WEB_TOKEN: "short" });
  expect(await weak.status).toBe(1);
  expect(weak.host.stderr.text).toContain("KONTIKI_WEB_TOKEN must have 16 to 256");
});

test("requests that come while the nodes start wait for them", async () => {
  const server = await LiveServer.listen(0, "a-token-for-this-test");
  onTestFinished(() => server.close());
  const early = fetch(server.url);
  // It comes after the other one.
  expect((await fetch(server.url.replace("token=", "token=no"))).status).toBe(401);
  const ended = new AbortController().signal;
  const options = { title: "t", electionTimeoutMs: 300, ended, announce: () => undefined };
  server.serve(new FakeCluster(), { ...options, faults: NO_FAULTS });
  expect((await early).status).toBe(200);
});
