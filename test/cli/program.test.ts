import { run } from "@kontiki/cli";
import { KontikiError } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import { FakeCluster } from "./support/fake-cluster.ts";
import { FakeHost, runOnFake } from "./support/fake-host.ts";

describe("bad usage is one line and status 2, and nothing is started", () => {
  test.each([
    [["up", "--nodes", "0"], "'0' is invalid. It must be a whole number from 1 to 9."],
    [["up", "--nodes", "10"], "'10' is invalid. It must be a whole number from 1 to 9."],
    [["up", "--nodes", "three"], "--nodes three: names of nodes are for --host; give their number"],
    [["up", "--nodes", "3.5"], "'3.5' is invalid. It must be a whole number from 1 to 9."],
    [["up", "--nodes"], "argument missing"],
    [["up", "--data", ""], "'' is invalid. It must be the path of a directory."],
    [
      ["up", "--memory", "--data", "d"],
      "option '--memory' cannot be used with option '--data <dir>'",
    ],
    [["up", "--election-timeout", "9"], "It must be a whole number from 10 to 3600000."],
    [["up", "--heartbeat", "0"], "It must be a whole number from 1 to 3600000."],
    [
      ["up", "--heartbeat", "151"],
      "--heartbeat 151 must be at most half of --election-timeout 300",
    ],
    [["up", "--snapshot-entries", "0"], "It must be a whole number from 1 to 1000000000."],
    [["up", "--kept-entries", "-1"], "It must be a whole number from 0 to 1000000000."],
    [["up", "--lease-drift", "1"], "It must be a number from 0 to 0.9, such as 0.1."],
    [["up", "--lease-drift", "fast"], "It must be a number from 0 to 0.9, such as 0.1."],
    [
      ["up", "--priority", "n1"],
      "It must be a node and a whole number from 0 to 100, such as n1=2.",
    ],
    [["up", "--priority", "n1=101"], "from 0 to 100, such as n1=2."],
    [["up", "--priority", "N1=1"], "from 0 to 100, such as n1=2."],
    [
      ["up", "--priority", "n1=1", "--priority", "n1=2"],
      "'n1=2' is invalid. n1 has the priority 1 already.",
    ],
    [
      ["up", "--memory", "--priority", "n9=1"],
      "--priority n9=1: there is no node n9; there are n1, n2, n3",
    ],
    [
      ["up", "--nodes", "1", "--priority", "n2=0"],
      "--priority n2=0: there is no node n2; there are n1",
    ],
    [["up", "--trace", ""], "It must be the path of a directory."],
    [["recover", "data", "n1"], "too many arguments"],
    [["up", "--frobnicate"], "unknown option '--frobnicate'"],
    [["up", "extra"], "too many arguments"],
    [["status", "lab"], "but got 1. Choose the cluster with --name."],
    [["down", "lab"], "Choose the cluster with --name."],
    [["sideways"], "unknown command 'sideways'"],
    [["bench", "--durable", "--memory"], "cannot be used with option"],
    [["bench", "--memory", "--data", "d"], "cannot be used with option"],
    [["bench", "--payload", "15"], "It must be a whole number from 16 to 1048576."],
    [["bench", "--outstanding", "0"], "It must be a whole number from 1 to 65536."],
    [["bench", "--seconds", "0"], "It must be a number of seconds from 0.1 to 3600."],
    [["bench", "--warmup", "-1"], "It must be a number of seconds from 0 to 3600."],
    [["bench", "--nodes", "0"], "It must be a whole number from 1 to 9."],
  ])("%j", async (argv, message) => {
    const { status, stdout, stderr, started } = await runOnFake(argv);
    expect(stderr).toMatch(/^kontiki: .*\n$/);
    expect(stderr).toContain(message);
    expect({ status, stdout, started }).toEqual({ status: 2, stdout: "", started: undefined });
  });

  test("no command at all shows the help", async () => {
    const { status, stdout, stderr } = await runOnFake([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^Usage: kontiki/);
  });
});

test("--version", async () => {
  expect((await runOnFake(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe("what the user can repair is one line and status 1", () => {
  test("a cluster that does not start", async () => {
    const host = new FakeHost();
    host.stdin.end("put k v\n");
    const status = await run(["up"], host, async () => {
      throw new KontikiError("./d belongs to another cluster: name another --data");
    });
    expect({ status, stdout: host.stdout.text, stderr: host.stderr.text }).toEqual({
      status: 1,
      stdout: "",
      stderr: "kontiki: ./d belongs to another cluster: name another --data\n",
    });
  });

  test("a cluster that does not run, also one with the name of a command that judges", async () => {
    const { status, stderr } = await runOnFake(["down", "--name", "run"]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^kontiki: no cluster run runs/) as string,
    });
  });

  test("a bench whose directory cannot be made", async () => {
    const { status, stderr } = await runOnFake(["bench", "--data", "/dev/null/x"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^kontiki: cannot make a directory in \/dev\/null\/x: .*; use --data to name another\n$/,
    );
  });
});

describe("interrupted", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["brokenPipe", 0],
  ] as const)("%s", async (reason, status) => {
    const host = new FakeHost();
    const cluster = new FakeCluster();
    host.stdin.write("put k v\n");
    const running = run(["up"], host, async () => cluster);
    await host.stdout.until(/ok/);
    host.interrupt(reason);
    expect(await running).toBe(status);
    expect(cluster.calls.at(-1)).toBe("stop");
  });

  test("before the cluster has started", async () => {
    const host = new FakeHost();
    const cluster = new FakeCluster();
    host.stdin.write("put k v\n");
    const running = run(["up"], host, async () => {
      host.interrupt("SIGINT");
      return cluster;
    });
    expect(await running).toBe(130);
    expect(cluster.calls).not.toContain("put");
    expect(cluster.calls.at(-1)).toBe("stop");
  });

  test("output that cannot be written", async () => {
    const host = new FakeHost();
    host.stdin.write("put k v\n");
    const running = run(["up"], host, async () => new FakeCluster());
    host.stdout.destroy(Object.assign(new Error("no space"), { code: "ENOSPC" }));
    expect(await running).toBe(1);
    expect(host.stderr.text).toBe("kontiki: cannot write the output: no space\n");
  });
});
