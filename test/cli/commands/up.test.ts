import { openDataDirectory } from "@kontiki/actors";
import { run } from "@kontiki/cli";
import { nodeId } from "@kontiki/core";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeHost, runOnFake } from "../support/fake-host.ts";
import { objects, temporaryDirectory } from "../support/kontiki.ts";

describe("options of up", () => {
  test("have defaults", async () => {
    expect((await runOnFake(["up"])).started).toEqual({
      nodes: undefined,
      dataDir: "./kontiki-data",
      electionTimeoutMs: 300,
      heartbeatMs: 50,
      faults: true,
    });
  });

  test("reach the cluster", async () => {
    const argv = ["up", "--nodes", "5", "--data", "d", "--election-timeout", "1000"];
    expect((await runOnFake([...argv, "--heartbeat", "500"])).started).toEqual({
      nodes: 5,
      dataDir: "d",
      electionTimeoutMs: 1000,
      heartbeatMs: 500,
      faults: true,
    });
  });

  test("that tune it reach the cluster", async () => {
    const argv = "up --snapshot-entries 5 --snapshot-bytes 6 --kept-entries 0 --trace t";
    const more = "--max-uncommitted-bytes 7 --lease-drift 0.1 --priority n1=2 --priority n2=1";
    expect((await runOnFake(`${argv} ${more}`.split(" "))).started).toMatchObject({
      snapshotEntries: 5,
      snapshotBytes: 6,
      keptEntries: 0,
      maxUncommittedBytes: 7,
      leases: { clockDrift: 0.1 },
      priorities: { n1: 2, n2: 1 },
      trace: "t",
    });
  });

  test("--memory means no directory", async () => {
    expect((await runOnFake(["up", "--memory"])).started?.dataDir).toBeUndefined();
  });
});

describe("a session from a pipe", () => {
  test("results go to standard output, everything else to standard error", async () => {
    const cluster = new FakeCluster();
    const ended = await runOnFake(["up"], "put k v\nnope\nget k\ncrash n2\nget x", cluster);
    expect(ended).toMatchObject({ status: 1, stdout: "ok\nv\nn2 crashed\n(absent)\n" });
    expect(ended.stderr).toBe(
      'line 2: there is no command "nope"; "help" lists them all\n' +
        "n2 crashed on request; restarts in 10 ms\n" +
        "n2 started, incarnation 2\n",
    );
    expect(cluster.calls.at(-1)).toBe("stop");
  });

  test("--json prints one object for each command, also for failures", async () => {
    const input = '# comment\n\nput k v\nput "k\nget k\nput k v w\nwait leader\nquit\nget k\n';
    const { status, stdout, stderr } = await runOnFake(["up", "--json"], input);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(objects(stdout)).toEqual([
      { ok: true, command: ["put", "k", "v"], value: null },
      {
        ok: false,
        command: [],
        error: "column 5: this double quote is never closed",
        outcome: "error",
        line: 4,
      },
      { ok: true, command: ["get", "k"], value: "v" },
      {
        ok: false,
        command: ["put", "k", "v", "w"],
        error: "put takes 2 arguments, not 3: put K V",
        outcome: "error",
        line: 6,
      },
      { ok: true, command: ["wait", "leader"], value: "n1" },
      { ok: true, command: ["quit"], value: null },
    ]);
  });

  test.each([
    ["every command succeeded", "put k v\nget absent\ncas k a b\ndel absent\n", 0],
    ["no command", "", 0],
    ["one failed", "nope\nput k v\n", 1],
    ["one cannot be read", '"\nput k v\n', 1],
  ])("%s", async (_title, input, status) => {
    expect((await runOnFake(["up"], input)).status).toBe(status);
  });

  test("text shows the outcome of a failure as well", async () => {
    const cluster = new FakeCluster();
    cluster.next.push(
      { type: "unknown", reason: "no answer" },
      { type: "definitelyNot", reason: "no leader" },
    );
    const { stderr } = await runOnFake(["up"], "put k v\nput k v\n", cluster);
    expect(stderr).toBe("line 1: unknown whether done: no answer\nline 2: not done: no leader\n");
  });

  test.each<[string, Record<string, string>, string]>([
    ["no colours in a pipe", {}, "(absent)\n"],
    ["but where they are forced", { FORCE_COLOR: "1" }, "\u001b[2m(absent)\u001b[22m\n"],
    ["and NO_COLOR wins", { FORCE_COLOR: "1", NO_COLOR: "1" }, "(absent)\n"],
  ])("%s", async (_title, env, expected) => {
    const { stdout } = await runOnFake(["up"], "get k", new FakeCluster(), env);
    expect(stdout).toBe(expected);
  });

  test("an even number of nodes causes a note", async () => {
    const { status, stderr } = await runOnFake(["up"], "", new FakeCluster(4));
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: "4 nodes survive no more crashes than 3 would: an odd number is better\n",
    });
  });

  test("a slow reader slows the commands", async () => {
    const host = new FakeHost();
    const cluster = new FakeCluster();
    host.stdout.cork();
    host.stdin.end(`put k ${"v".repeat(100_000)}\n${"get k\n".repeat(50)}`);
    const running = run(["up"], host, async () => cluster);
    await new Promise<void>((resolve) => {
      const look = (): void =>
        void (host.stdout.writableNeedDrain ? resolve() : setImmediate(look));
      look();
    });
    const reads = (): number => cluster.calls.filter((call) => call.startsWith("read")).length;
    const gets = reads();
    expect(gets).toBeLessThan(5);
    host.stdout.uncork();
    expect(await running).toBe(0);
    expect(reads()).toBe(50);
  });
});

describe("--wipe", () => {
  test("gives nodes empty disks before the first command, once the others agree", async () => {
    const cluster = new FakeCluster();
    const argv = ["up", "--wipe", "n2", "--wipe", "n3", "--wipe", "n2"];
    const ended = await runOnFake(argv, "get k", cluster);
    const notice = "its disk will be deleted; it then copies everything from the others";
    const stderr = `n2: ${notice}\nn2 wiped\nn3: ${notice}\nn3 wiped\n`;
    expect(ended).toMatchObject({ status: 0, stderr });
    expect(cluster.calls.filter((call) => !call.startsWith("leader"))).toEqual([
      "converged 10000",
      "wipe n2",
      "converged 10000",
      "wipe n3",
      "read linearizable -",
      "stop",
    ]);
  });

  test("of a node that does not exist fails, and the commands are run all the same", async () => {
    const ended = await runOnFake(["up", "--wipe", "n9"], "put k v", new FakeCluster());
    expect(ended).toMatchObject({ status: 1, stdout: "ok\n", stderr: "there is no node n9\n" });
  });

  test("of a node that a folder does not hold is refused before anything is written", async () => {
    const data = join(temporaryDirectory(), "data");
    const refused = async (): Promise<string> => {
      const host = new FakeHost();
      expect(await run(["up", "--data", data, "--wipe", "n9"], host)).toBe(1);
      return host.stderr.text;
    };
    expect(await refused()).toBe(`kontiki: --wipe n9: there is no cluster in ${data}\n`);
    expect(existsSync(data)).toBe(false);
    openDataDirectory(data, [nodeId("n1")]).close();
    expect(await refused()).toBe(`kontiki: --wipe n9: ${data} has no such node; it has n1\n`);
  });

  test("takes the name of a node, never leader, and has no use in memory", async () => {
    const cluster = new FakeCluster();
    const ended = await runOnFake(["up", "--wipe", "leader"], "get k", cluster);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(
      /^--wipe takes the name of a node, not "leader": the leader is n\d now\n$/,
    );
    expect(cluster.calls.filter((call) => call.startsWith("wipe"))).toEqual([]);
    const inMemory = await runOnFake(["up", "--memory", "--wipe", "n2"], "", new FakeCluster());
    expect(inMemory.status).toBe(2);
  });
});
