import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { badVectors } from "../../support/udp/vectors.ts";
import { runOnFake } from "../../support/fake-host.ts";
import { objects, temporaryDirectory } from "../../support/kontiki.ts";
import { freePlaces, testSocket, UdpProcess } from "../../support/udp/programs.ts";

describe("bad usage is one line and status 2", () => {
  test.each([
    [[], "missing required argument 'node'"],
    [["node9"], 'there is no node "node9": the nodes are node0, node1, node2'],
    [["node0", "node1"], "too many arguments"],
    [["node0", "--heartbeat", "5001"], "--heartbeat 5001 must be at most half"],
    [["node0", "--election-timeout", "9"], "It must be a whole number from 10 to 3600000."],
    [["node0", "--seconds", "0"], "It must be a number of seconds from 0.1 to 86400."],
    [["node0", "--notation", "other"], "Allowed choices are original, readme."],
    [["node0", "--nodes", ""], "It must be the path of a file."],
    [["node0", "--data", ""], "It must be the path of a directory."],
  ])("%j", async (args, message) => {
    const { status, stdout, stderr } = await runOnFake(["udp", ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^kontiki: .*\n$/);
    expect(stderr).toContain(message);
  });

  test("an id that is not in the file, with those that are", async () => {
    const { file } = await freePlaces();
    const { status, stderr } = await runOnFake(["udp", "a", "--nodes", file]);
    expect(status).toBe(2);
    expect(stderr).toBe('kontiki: there is no node "a": the nodes are node0, node1, node2\n');
  });

  test("a missing file of nodes", async () => {
    const { status, stderr } = await runOnFake(["udp", "a", "--nodes", "/nowhere/n.json"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^kontiki: cannot read \/nowhere\/n.json: .*; use --nodes to name another file\n$/,
    );
  });

  test("a file of nodes with a mistake", async () => {
    const file = join(temporaryDirectory(), "n.json");
    writeFileSync(file, '{"nodes": [{"id": "a", "port": 70000}]}');
    const { status, stderr } = await runOnFake(["udp", "a", "--nodes", file]);
    expect(status).toBe(2);
    expect(stderr).toBe(
      `kontiki: ${file}: nodes[0].port must be a whole number from 1 to 65535, not 70000\n`,
    );
  });
});

describe("what the user can repair is one line", () => {
  test("a port in use, and nothing is written", async () => {
    const { places, file } = await freePlaces();
    const [{ port }] = places;
    await testSocket(port);
    const data = join(temporaryDirectory(), "data");
    const args = ["udp", "node0", "--nodes", file, "--data", data];
    const { status, stdout, stderr } = await runOnFake(args);
    expect({ status, stdout, left: existsSync(data) }).toEqual({
      status: 2,
      stdout: "",
      left: false,
    });
    expect(stderr).toBe(
      `kontiki: 127.0.0.1:${port} is in use: does node0 run already? ` +
        "Stop it, or use --nodes to name other ports\n",
    );
  });

  test("a directory in use", async () => {
    const { file } = await freePlaces();
    const data = temporaryDirectory();
    const first = new UdpProcess(["node0", "--nodes", file, "--data", data]);
    await first.line(/^Awaiting event$/);
    // At another port.
    const { file: others } = await freePlaces();
    const args = ["udp", "node0", "--nodes", others, "--data", data];
    const { status, stderr } = await runOnFake(args);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^kontiki: .*node0 is in use by process \d+: .*\n$/);
  });
});

test("the help shows three terminals and the formats of --json", async () => {
  const { status, stdout, stderr } = await runOnFake(["udp", "--help"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^Usage: kontiki udp \[options\] <node>\n/);
  for (const id of ["node0", "node1", "node2"])
    expect(stdout).toContain(`\n  $ kontiki udp ${id}\n`);
  expect(stdout).toContain('{"type":"dropped","bytes","reason","count"}');
});

test("the timers are those of the original", async () => {
  const { file } = await freePlaces();
  const { status, stdout } = await runOnFake(["udp", "node0", "--nodes", file, "--seconds", "0.2"]);
  expect(status).toBe(0);
  const [, microseconds] = /^Reset election timeout: (\d+)\nAwaiting event\n$/.exec(stdout) ?? [];
  expect(Number(microseconds)).toBeGreaterThanOrEqual(10_000_000);
  expect(Number(microseconds)).toBeLessThanOrEqual(20_000_000);
});

test("bad datagrams are counted, one line each, and the node continues", async () => {
  const { places, file } = await freePlaces();
  const node = new UdpProcess(["node0", "--nodes", file, "--seconds", "30"]);
  await node.line(/^Awaiting event$/);
  const socket = await testSocket();
  const wrong = [
    ...badVectors.map(({ hex }) => Buffer.from(hex, "hex")),
    ...Array.from({ length: 500 }, (_, at) => Buffer.alloc(1 + (at % 300), at)),
  ];
  for (const [at, bytes] of wrong.entries()) {
    socket.send(bytes, places[0].port, "127.0.0.1");
    // Not faster than they are read: the system drops datagrams that do not fit into its buffer.
    if (at % 50 === 49) await node.line(new RegExp(`\\(${at + 1} so far\\)`));
  }
  await node.line(new RegExp(`\\(${wrong.length} so far\\)`));
  const dropped = node.lines.filter((line) => line.startsWith("Log: Dropped a datagram of "));
  expect(dropped).toHaveLength(wrong.length);
  expect(node.lines).toHaveLength(wrong.length + 2);
  expect(node.parsed()).toHaveLength(wrong.length + 1);
  node.process.kill("SIGTERM");
  expect(await node.exit).toBe(143);
});

test("--json prints an object for each event", async () => {
  const alone = join(temporaryDirectory(), "alone.json");
  const [{ port }] = (await freePlaces()).places;
  writeFileSync(alone, JSON.stringify({ nodes: [{ id: "a", port }] }));
  const args = ["udp", "a", "--nodes", alone, "--election-timeout", "100", "--heartbeat", "50"];
  const { status, stdout } = await runOnFake([...args, "--json", "--seconds", "1"]);
  expect(status).toBe(0);
  const printed = objects(stdout);
  expect(printed.slice(0, 3)).toEqual([
    {
      type: "begun",
      node: "a",
      address: `127.0.0.1:${port}`,
      term: 0,
      votedFor: null,
      commands: [{ type: "resetElectionTimeout", microseconds: expect.any(Number) as number }],
      log: [],
    },
    {
      type: "event",
      node: "a",
      event: { type: "electionTimeout" },
      input: { role: "follower", term: 0, commitIndex: 0, votedFor: null },
      output: {
        role: "leader",
        term: 1,
        commitIndex: 1,
        nextIndex: [["a", 1]],
        lastIndex: [["a", 0]],
      },
      commands: [
        { type: "log", text: "Election timeout, stepping up" },
        { type: "log", text: "Becoming leader" },
        { type: "resetHeartbeatTimeout", microseconds: 50_000 },
        { type: "commit", before: 0, upTo: 1 },
      ],
      log: [[1, ["a", 0]]],
    },
    {
      type: "event",
      node: "a",
      event: { type: "heartbeatTimeout" },
      input: {
        role: "leader",
        term: 1,
        commitIndex: 1,
        nextIndex: [["a", 2]],
        lastIndex: [["a", 1]],
      },
      output: {
        role: "leader",
        term: 1,
        commitIndex: 2,
        nextIndex: [["a", 2]],
        lastIndex: [["a", 1]],
      },
      commands: [
        { type: "resetHeartbeatTimeout", microseconds: 50_000 },
        { type: "commit", before: 1, upTo: 2 },
      ],
      log: [
        [1, ["a", 0]],
        [2, ["a", 1]],
      ],
    },
  ]);
  expect(printed.at(-1)).toEqual({ type: "ended", node: "a", dropped: 0 });
});

test("--notation readme prints neither commit indexes nor commits", async () => {
  const alone = join(temporaryDirectory(), "alone.json");
  const [{ port }] = (await freePlaces()).places;
  writeFileSync(alone, JSON.stringify({ nodes: [{ id: "a", port }] }));
  const args = ["udp", "a", "--nodes", alone, "--election-timeout", "100", "--heartbeat", "50"];
  const run = async (notation: string): Promise<string> =>
    (await runOnFake([...args, "--seconds", "0.5", "--notation", notation])).stdout;
  expect(await run("original")).toMatch(
    /_lCommitIndex = Index \{unIndex = 1\}[^]*New commit index/,
  );
  const readme = await run("readme");
  expect(readme).toContain(
    "Output state: WrapState (Leader (LeaderState {_lCurrentTerm = Term 1, _lNextIndex",
  );
  expect(readme).not.toMatch(/CommitIndex|New commit index/);
});
