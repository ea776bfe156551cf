import { run } from "@kontiki/cli";
import { KontikiError } from "@kontiki/actors";
import { describe, expect, test } from "vitest";
import { FakeCluster } from "./support/fake-cluster.ts";
import { FakeHost, runOnFake } from "./support/fake-host.ts";
import { objects } from "./support/kontiki.ts";

describe("options of up", () => {
  test("have defaults", async () => {
    expect((await runOnFake(["up"])).started).toEqual({
      nodes: undefined,
      dataDir: "./kontiki-data",
      electionTimeoutMs: 300,
      heartbeatMs: 50,
    });
  });

  test("reach the cluster", async () => {
    const argv = ["up", "--nodes", "5", "--data", "d", "--election-timeout", "1000"];
    expect((await runOnFake([...argv, "--heartbeat", "500"])).started).toEqual({
      nodes: 5,
      dataDir: "d",
      electionTimeoutMs: 1000,
      heartbeatMs: 500,
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

describe("bad usage is one line and status 2, and nothing is started", () => {
  test.each([
    [["up", "--nodes", "0"], "'0' is invalid. It must be a whole number from 1 to 9."],
    [["up", "--nodes", "10"], "'10' is invalid. It must be a whole number from 1 to 9."],
    [["up", "--nodes", "three"], "'three' is invalid. It must be a whole number from 1 to 9."],
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
    [["up", "--trace", ""], "It must be the path of a directory."],
    [["recover", "n1"], "too many arguments"],
    [["up", "--frobnicate"], "unknown option '--frobnicate'"],
    [["up", "extra"], "too many arguments"],
    [["down"], "unknown command 'down'"],
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

describe("help and version", () => {
  test.each([
    [["--help"]],
    [["up", "--help"]],
    [["bench", "--help"]],
    [["run", "--help"]],
    [["explore", "--help"]],
    [["replay", "--help"]],
    [["shrink", "--help"]],
    [["recover", "--help"]],
    [["help", "up"]],
  ])("%j", async (argv) => {
    const { status, stdout, stderr, started } = await runOnFake(argv);
    expect({ status, stderr, started }).toEqual({ status: 0, stderr: "", started: undefined });
    expect(stdout).toMatch(/^Usage: kontiki/);
    expect(stdout).toContain("\nExamples:\n  $ kontiki ");
  });

  test("up --help tells of every command and of the limits", async () => {
    const { stdout } = await runOnFake(["up", "--help"]);
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: kontiki up [options]

      start a cluster and read commands: a prompt on a terminal, else one a line

      Options:
        --nodes <count>                  how many nodes, 1 to 9, named n1, n2, ...
                                         (default: those of --data, else 3)
        --data <dir>                     where the nodes keep their logs (default:
                                         "./kontiki-data")
        --memory                         keep the logs in memory; they end with the
                                         process
        --json                           print one JSON object for every command
        --election-timeout <ms>          shortest time without a leader before an
                                         election (default: 300)
        --heartbeat <ms>                 time between heartbeats; at most half the
                                         election timeout (default: 50)
        --snapshot-entries <count>       a node takes a snapshot after so many entries
                                         since its last (default: 10000)
        --snapshot-bytes <bytes>         or when its log has so many bytes (default:
                                         67108864)
        --kept-entries <count>           entries before a snapshot that stay in the
                                         log for slow followers (default: 1024)
        --max-uncommitted-bytes <bytes>  a leader with so many bytes that are not
                                         committed takes no more (default: 67108864)
        --lease-drift <share>            answer lease reads by the leader's clock
                                         alone: sure while no two clocks drift apart
                                         by more than this share of the time
        --priority <node=number>         which nodes shall rather lead, the higher the
                                         rather; may be repeated
        --trace <dir>                    write a trace of every step of every node
                                         into this folder
        -h, --help                       display help for command

      Examples:
        $ kontiki up
        $ kontiki up --nodes 5 --data ./five
        $ echo 'put greeting "good morning"' | kontiki up
        $ kontiki up --memory --json < commands.txt
        $ kontiki up --snapshot-entries 500 --priority n1=2 --priority n2=1

      Commands:
        put K V                                    set K to V
        get K                                      print the value of K
        read K [--consistency C] [--node NODE]     print the value of K; C: linearizable, lease or stale
        del K                                      delete K
        cas K OLD NEW                              set K to NEW if it is OLD (--absent: if there is no K)
        append K V                                 add V to the end of K's value
        list [PREFIX]                              print the pairs whose key starts with PREFIX
        status                                     print a table of the nodes
        leader                                     print the node that leads now, if any
        crash NODE|leader                          kill its thread without warning; it comes back by itself
        stop NODE|leader                           stop it in order; it stays away until it is started
        start NODE                                 start a node that was stopped or has failed
        wipe NODE|leader                           give it an empty disk; it learns everything again
        member list                                print who belongs to the cluster
        member add NODE [--learner|--replace OLD]  start a new node; it votes when it has caught up
        member remove NODE|leader                  take a node out of the cluster, and its disk away
        member promote NODE                        give a learner a vote when it has caught up
        transfer [NODE]                            have the leader hand over, to NODE or to the best placed
        snapshot NODE|leader                       have it take a snapshot and compact its log
        compact NODE|leader                        have it drop its log up to its newest snapshot
        log NODE|leader [FROM]                     print its log: index, term, client:sequence, command
        wait leader|converged [--timeout MS]       wait until one leads, or all agree; for at most 30 s
        sleep MS                                   do nothing for MS milliseconds
        help [COMMAND]                             print this list, or more about one command
        quit                                       stop the cluster in order and end, as end of input does

        Words are split at blanks; a word in double quotes is a JSON string: "two words\\n".
        Blank lines and lines that start with # are skipped.
        Keys have 1 to 1024 bytes of UTF-8, values at most 1048576.

      With --json every command prints one object:
        {"ok":true,"command":["get","greeting"],"value":"good morning"}
        {"ok":false,"command":["get"],"error":"get takes 1 argument, not 0: get K","outcome":"error","line":3}
      "command" has the words as they were read, and is empty for a line that cannot be read. "outcome" of
      a failure: "error" (refused, or it is the command's result), "definitelyNot" (it never took effect
      and never will), "unknown" (it may have taken effect, may yet, or may never). The object of a log is
      printed as it is read, with "ok" at its end.

      A cluster that lost a majority of its nodes for good goes on with one of them by "kontiki recover".

      Ctrl-C stops the nodes in order, a second one at once; at the prompt it first clears what was typed.
      Exit status: 0 every command succeeded, 1 one failed, 2 bad usage, 130 interrupted by Ctrl-C.
      Colours only on a terminal; NO_COLOR and FORCE_COLOR are respected.
      "
    `);
  });

  test("--version", async () => {
    expect((await runOnFake(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("a session from a pipe", () => {
  test("results go to standard output, all else to standard error", async () => {
    const cluster = new FakeCluster();
    const ended = await runOnFake(["up"], "put k v\nnope\nget k\ncrash n2\nget x", cluster);
    expect(ended).toMatchObject({ status: 1, stdout: "ok\nv\nn2 crashed\n(absent)\n" });
    expect(ended.stderr).toBe(
      'line 2: there is no command "nope"; "help" lists them all\n' +
        "n2 crashed as asked; restarts in 10 ms\n" +
        "n2 started, incarnation 2\n",
    );
    expect(cluster.calls.at(-1)).toBe("stop");
  });

  test("--json prints one object a command, failures among them", async () => {
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

  test("outcomes are told apart for people as well", async () => {
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

  test("an even number of nodes is a note", async () => {
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

describe("what can be mended is one line and status 1", () => {
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

  test("a bench whose directory cannot be made", async () => {
    const { status, stderr } = await runOnFake(["bench", "--data", "/dev/null/x"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^kontiki: cannot make a directory in \/dev\/null\/x: .*--data\n$/);
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
