import { KontikiError } from "@kontiki/actors";
import { run } from "@kontiki/cli";
import { nodeId, term, type NodeId } from "@kontiki/core";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeHost } from "../support/fake-host.ts";
import { objects, temporaryDirectory } from "../support/kontiki.ts";

/** A cluster that tells when `up` has opened its socket: it asks for the leader next. */
class HostedCluster extends FakeCluster {
  #onUp: () => void = () => undefined;
  readonly isUp = new Promise<void>((resolve) => (this.#onUp = resolve));

  override leader(options: Parameters<FakeCluster["leader"]>[0]): Promise<NodeId> {
    this.#onUp();
    return super.leader(options);
  }
}

type Hosted = {
  readonly cluster: HostedCluster;
  readonly host: FakeHost;
  readonly status: Promise<number>;
};

let state: string;
let env: Record<string, string>;

beforeEach(() => {
  state = temporaryDirectory();
  env = { XDG_STATE_HOME: state };
});

/** A cluster that other terminals reach, in this process. */
async function serve(args: readonly string[], tty = false): Promise<Hosted> {
  const cluster = new HostedCluster();
  const host = new FakeHost({ tty, env });
  const status = run(["up", ...args], host, async (options) => cluster.startedWith(options));
  onTestFinished(() => host.interrupt("SIGTERM"));
  await Promise.race([cluster.isUp, status]);
  return { cluster, host, status };
}

/** Another terminal. */
async function elsewhere(
  args: readonly string[],
  input = "",
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const host = new FakeHost({ env });
  host.stdin.end(input);
  const status = await run(args, host, () => Promise.reject(new Error("no cluster is started")));
  return { status, stdout: host.stdout.text, stderr: host.stderr.text };
}

/** The files that clusters have left in the folder of this user. */
function registered(): readonly string[] {
  return readdirSync(join(state, "kontiki/clusters")).toSorted();
}

describe("faults from another terminal", () => {
  test("stay when exec is done, and end with the cluster", async () => {
    const { cluster, host, status } = await serve(["--memory", "--name", "lab", "--serve"]);
    expect(await elsewhere(["exec", "lab", "--", "isolate", "n1"])).toMatchObject({ status: 0 });
    expect(cluster.faults.inForce).toMatchObject([{ fault: { type: "partition", node: "n1" } }]);
    expect(await elsewhere(["exec", "lab", "--", "faults"])).toMatchObject({
      stdout: "1: partition isolate n1\n",
    });
    host.interrupt("SIGTERM");
    await status;
    expect(cluster.faults.inForce).toEqual([]);
  });

  test("are undone when the one who injected them is gone", async () => {
    const { cluster } = await serve(["--memory", "--name", "lab", "--serve"]);
    const [socket] = readdirSync(join(state, "kontiki/clusters")).filter((one) =>
      one.endsWith(".sock"),
    );
    const killed = connect(join(state, "kontiki/clusters", socket ?? ""));
    killed.write("isolate n1\n");
    await once(killed, "data");
    expect(cluster.faults.inForce).toHaveLength(1);
    const healed = new Promise<void>((resolve) => {
      const healOf = cluster.faults.healOf.bind(cluster.faults);
      cluster.faults.healOf = async (owner) => {
        await healOf(owner);
        if (cluster.faults.inForce.length === 0) resolve();
      };
    });
    killed.destroy();
    await healed;
  });

  test("are undone, and its command is interrupted, when a client that waits is killed", async () => {
    const { cluster } = await serve(["--memory", "--name", "lab", "--serve"]);
    cluster.next.push("never");
    const killed = connect(join(state, "kontiki/clusters/lab.sock"));
    killed.write("@stays\nisolate n1\nput k v\n");
    await once(killed, "data");
    const healed = new Promise<void>((resolve) => {
      const healOf = cluster.faults.healOf.bind(cluster.faults);
      cluster.faults.healOf = async (owner) => {
        await healOf(owner);
        if (cluster.faults.inForce.length === 0) resolve();
      };
    });
    // As the other end sees it when a process is killed.
    killed.end();
    await healed;
  });

  test("that cannot be injected leave the cluster as it was, also when their client is gone", async () => {
    const { cluster, host, status } = await serve(["--memory", "--name", "lab", "--serve"]);
    cluster.openFaults = () => Promise.reject(new KontikiError("nobody leads"));
    const refused = await elsewhere(["exec", "lab", "--", "isolate", "n1"]);
    expect(refused).toMatchObject({ status: 1, stderr: "nobody leads\n" });
    expect(await elsewhere(["exec", "lab", "--", "faults"])).toMatchObject({ status: 0 });
    host.interrupt("SIGTERM");
    expect(await status).toBe(143);
  });
});

describe("a cluster is reached from another terminal", () => {
  test("by its name: the replies are those of the prompt, as text and as JSON", async () => {
    await serve(["--memory", "--name", "lab", "--serve"]);
    const put = await elsewhere(["exec", "lab", "--", "put", "a key", 'a "value"']);
    expect(put).toEqual({ status: 0, stdout: "ok\n", stderr: "" });
    const got = await elsewhere(["exec", "lab", "--json", "--", "get", "a key"]);
    expect(got).toEqual({
      status: 0,
      stdout: '{"ok":true,"command":["get","a key"],"value":"a \\"value\\""}\n',
      stderr: "",
    });
  });

  test("by commands on standard input, up to quit", async () => {
    await serve(["--memory", "--name", "lab", "--serve"]);
    const input = "put k v\n\n# a comment\nget k\nnonsense\nlog n1\nquit\nput k w\n";
    expect(await elsewhere(["exec", "lab"], input)).toEqual({
      status: 1,
      stdout: expect.stringMatching(/^ok\nv\n(.*\n)+$/) as string,
      stderr: 'line 5: there is no command "nonsense"; "help" lists them all\n',
    });
    const more = "get k\nlog n1\n\nget\nwipe n2\nget k\n";
    const { stdout, status, stderr } = await elsewhere(["exec", "lab", "--json"], more);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^n2: its disk will be deleted.*\n$/);
    expect(objects(stdout).map(({ ok, value, line }) => [ok, value, line])).toEqual([
      [true, "v", undefined],
      [true, expect.arrayContaining([expect.objectContaining({ index: 2 })]), undefined],
      [false, undefined, 4],
      [true, expect.anything(), undefined],
      [true, "v", undefined],
    ]);
  });

  test("and a line that is no text has a reply, too", async () => {
    await serve(["--memory", "--name", "lab", "--serve"]);
    const terminal = new FakeHost({ env });
    terminal.stdin.end(Buffer.from([0xff, 0x0a]));
    const status = await run(["exec", "lab", "--json"], terminal);
    expect([status, terminal.stderr.text, objects(terminal.stdout.text)]).toEqual([
      1,
      "",
      [{ ok: false, command: [], error: "the line is not valid UTF-8", outcome: "error", line: 1 }],
    ]);
  });

  test("and input that cannot be read is one line", async () => {
    await serve(["--memory", "--name", "lab", "--serve"]);
    const terminal = new FakeHost({ env });
    terminal.stdin._read = () => terminal.stdin.destroy(new Error("it is a folder; give a file"));
    expect([await run(["exec", "lab"], terminal), terminal.stderr.text]).toEqual([
      1,
      "kontiki: cannot read standard input: it is a folder; give a file\n",
    ]);
  });

  test("and what is written for the connection itself is no command there", async () => {
    await serve(["--memory", "--name", "lab", "--serve"]);
    const none = (word: string, line: string): string =>
      `${line}there is no command "${word}"; "help" lists them all\n`;
    expect(await elsewhere(["exec", "lab"], '@down\n@events "now"\nput k v\n')).toEqual({
      status: 1,
      stdout: "ok\n",
      stderr: none("@down", "line 1: ") + none("@events", "line 2: "),
    });
    expect(await elsewhere(["exec", "lab", "--", "@down"])).toMatchObject({
      status: 1,
      stderr: none("@down", ""),
    });
    const terminal = new FakeHost({ tty: true, env: { ...env, TERM: "dumb" } });
    const attached = run(["attach"], terminal);
    await terminal.stdout.until(/kontiki> /);
    terminal.stdin.write("@down\r");
    await terminal.stderr.until(/there is no command "@down"/);
    terminal.stdin.write("quit\r");
    expect(await attached).toBe(0);
  });

  test("by its directory, and as the only one that runs", async () => {
    const data = temporaryDirectory();
    await serve(["--data", data, "--serve", "--name", "lab"]);
    expect((await elsewhere(["exec", data, "--", "put", "k", "v"])).stdout).toBe("ok\n");
    expect((await elsewhere(["status"])).stdout).toMatch(/^\* +n1 +leader /m);
    expect(statSync(join(data, "control.sock")).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["xterm", "\u001b[H\u001b[2J"],
    ["dumb", ""],
  ])("status --watch on a terminal %s replaces what it shows, if it can", async (TERM, clear) => {
    await serve(["--memory", "--name", "lab", "--serve"]);
    const terminal = new FakeHost({ tty: true, env: { ...env, TERM, NO_COLOR: "1" } });
    const status = run(["status", "--watch"], terminal);
    await terminal.stdout.until(/n3 .*\n/);
    terminal.interrupt("SIGINT");
    expect(await status).toBe(130);
    // The screen is cleared when the answer is there, not before.
    expect(terminal.stdout.text.slice(0, clear.length + 7)).toBe(`${clear}   node`);
  });

  test("ps lists all, and status asks which", async () => {
    const data = temporaryDirectory();
    const [memory, disk] = [
      await serve(["--memory", "--name", "lab", "--serve"]),
      await serve(["--data", data, "--serve", "--name", "disk"]),
    ];
    const { clusters } = objects((await elsewhere(["ps", "--json"])).stdout)[0] as {
      readonly clusters: readonly Record<string, unknown>[];
    };
    const common = {
      pid: process.pid,
      nodes: ["n1", "n2", "n3"],
      others: [],
      leader: "n1",
      term: 1,
      log: null,
    };
    expect(clusters).toEqual([
      expect.objectContaining({ ...common, name: "disk", data }),
      expect.objectContaining({ ...common, name: "lab", data: null }),
    ]);
    expect(
      (await elsewhere(["ps"])).stdout.split("\n").map((line) => line.split(/ {2,}/)[0]),
    ).toEqual(["name", "disk", "lab", ""]);
    // Of a cluster on several hosts the leader may be elsewhere.
    disk.cluster.onHosts();
    const { stdout } = await elsewhere(["ps"]);
    expect(stdout).toMatch(/^disk +3 of 5 +m1 +7 /m);
    expect(stdout).toMatch(/^lab +3 +n1 +1 /m);
    expect(objects((await elsewhere(["ps", "--json"])).stdout)).toMatchObject([
      {
        clusters: [
          {
            leader: "m1",
            term: 7,
            others: [
              { host: "b", nodes: ["m1"], silent: null },
              { host: "c", nodes: ["m2"], silent: "host c has not answered within 1000 ms" },
            ],
          },
          common,
        ],
      },
    ]);
    expect(await elsewhere(["status"])).toEqual({
      status: 1,
      stdout: "",
      stderr: "kontiki: 2 clusters run: disk, lab; choose one with --name\n",
    });
    for (const { host } of [memory, disk]) host.interrupt("SIGTERM");
    expect([await memory.status, await disk.status]).toEqual([143, 143]);
    expect(registered()).toEqual([]);
    expect(existsSync(join(data, "control.sock"))).toBe(false);
  });

  test("down stops it, also at a prompt", async () => {
    const data = temporaryDirectory();
    const { cluster, host, status } = await serve(["--data", data], true);
    await host.stdout.until(/kontiki> /);
    const socket = connect(join(data, "control.sock")).setEncoding("utf8");
    let heard = "";
    socket.on("data", (text: string) => (heard += text));
    socket.write("@hello\nput k v\n@down\n");
    expect(await status).toBe(0);
    if (!socket.closed) await once(socket, "close");
    expect(cluster.calls.at(-1)).toBe("stop");
    expect(objects(heard).map(({ ok }) => ok)).toEqual([true, true]);
  });
});

describe("a connection", () => {
  async function talk(lines: string): Promise<readonly Record<string, unknown>[]> {
    const socket = connect(join(state, "kontiki/clusters/lab.sock")).setEncoding("utf8");
    let heard = "";
    socket.on("data", (text: string) => (heard += text));
    socket.end(lines);
    await once(socket, "close");
    return objects(heard);
  }

  test("is a pipe of the prompt with --json, which any program can write to", async () => {
    await serve(["--memory", "--name", "lab", "--serve"]);
    expect(await talk('put k "v"\nget k\n"bad\n@what\n')).toEqual([
      { ok: true, command: ["put", "k", "v"], value: null },
      { ok: true, command: ["get", "k"], value: "v" },
      {
        ok: false,
        command: [],
        error: expect.stringMatching(/^column /) as string,
        outcome: "error",
      },
      { ok: false, command: ["@what"], error: "there is no request @what", outcome: "error" },
    ]);
  });

  test("gets texts if it asks for them, and ends with quit while the cluster runs on", async () => {
    const { cluster } = await serve(["--memory", "--name", "lab", "--serve"]);
    expect(await talk("@text\nput k v\nget k\nquit\nput k w\n")).toEqual([
      { ok: true, command: ["@text"], value: null },
      { more: "ok\n" },
      { ok: true, command: ["put", "k", "v"], value: null },
      { more: "v\n" },
      { ok: true, command: ["get", "k"], value: "v" },
      { ok: true, command: ["quit"], value: null },
    ]);
    expect(cluster.calls.at(-1)).not.toBe("stop");
  });

  test("interrupts its own command, whose outcome is unknown then", async () => {
    const { cluster } = await serve(["--memory", "--name", "lab", "--serve"]);
    cluster.next.push("never");
    expect(await talk("put k v\n@interrupt\nget k\n")).toEqual([
      {
        ok: false,
        command: ["put", "k", "v"],
        error: "interrupted before it was done",
        outcome: "unknown",
      },
      { ok: true, command: ["get", "k"], value: null },
    ]);
  });

  test("gets events", async () => {
    const { cluster, host, status } = await serve(["--memory", "--name", "lab", "--serve"]);
    const listening = new Promise<void>((resolve) =>
      cluster.events.on("newListener" as "event", (name: unknown) => {
        if (name === "event") resolve();
      }),
    );
    const told = talk("@events\n");
    await listening;
    cluster.events.emit("event", { type: "leader", node: nodeId("n2"), term: term(7) });
    host.interrupt("SIGTERM");
    await status;
    expect(await told).toEqual([
      { event: { type: "leader", node: "n2", term: 7 }, text: "n2 leads term 7" },
    ]);
  });
});

describe("an attached prompt", () => {
  test("runs commands, shows events, and leaves the cluster running", async () => {
    const { cluster } = await serve(["--memory", "--name", "lab", "--serve"]);
    const terminal = new FakeHost({ tty: true, env: { ...env, TERM: "dumb" } });
    const status = run(["attach"], terminal);
    await terminal.stdout.until(/kontiki> /);
    terminal.stdin.write("put k v\rget k\rget\r");
    await terminal.stderr.until(/get takes 1 argument, not 0/);
    expect(stripVTControlCharacters(terminal.stdout.text)).toMatch(/ok\n[^]*v\n/);
    cluster.events.emit("event", { type: "leader", node: nodeId("n3"), term: term(8) });
    await terminal.stderr.until(/n3 leads term 8/);
    terminal.stdin.write("quit\r");
    expect(await status).toBe(0);
    expect(cluster.calls.at(-1)).not.toBe("stop");
  });

  test("ends when the cluster stops", async () => {
    const { host } = await serve(["--memory", "--name", "lab", "--serve"]);
    const terminal = new FakeHost({ tty: true, env: { ...env, TERM: "dumb" } });
    const status = run(["attach"], terminal);
    await terminal.stdout.until(/kontiki> /);
    host.interrupt("SIGTERM");
    expect(await status).toBe(0);
    expect(stripVTControlCharacters(terminal.stderr.text)).toMatch(/^lab has stopped$/m);
  });

  test("needs a terminal", async () => {
    const { status, stderr } = await elsewhere(["attach"]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'kontiki: attach needs a terminal; "kontiki exec" reads commands from a pipe\n',
    });
  });
});

describe("the log", () => {
  test("has each event as pino writes it, and is read by node, followed, and after the end", async () => {
    const log = join(state, "kontiki/clusters/lab.log");
    const { cluster, host, status } = await serve([
      "--memory",
      "--name",
      "lab",
      "--serve",
      "--log",
      join(state, "lab.log"),
    ]);
    cluster.events.emit("event", { type: "leader", node: nodeId("n1"), term: term(3) });
    cluster.events.emit("event", {
      type: "failed",
      node: nodeId("n2"),
      incarnation: 2,
      cause: "x",
    });
    const follower = new FakeHost({ env });
    const followed = run(["logs", "-f", "n2"], follower);
    await follower.stdout.until(/n2 has failed: x\n/);
    const [json] = [await elsewhere(["logs", "--json"])];
    expect(objects(json.stdout)).toEqual([
      expect.objectContaining({ level: 30, name: "lab", msg: "up", pid: process.pid }),
      expect.objectContaining({
        level: 30,
        event: "leader",
        node: "n1",
        term: 3,
        msg: "n1 leads term 3",
      }),
      expect.objectContaining({ level: 50, event: "failed", node: "n2", msg: "n2 has failed: x" }),
    ]);
    // The fields that pino writes, in its order; those of the event are between them and the message.
    expect(readFileSync(join(state, "lab.log"), "utf8").split("\n")[1]).toMatch(
      /^\{"level":30,"time":\d{13},"pid":\d+,"hostname":"[^"]+","name":"lab",.*"msg":"n1 leads term 3"\}$/,
    );
    expect(await elsewhere(["logs", "n9"])).toMatchObject({
      status: 1,
      stderr: "kontiki: there is no node n9; there are n1, n2, n3\n",
    });
    cluster.events.emit("event", { type: "stopped", node: nodeId("n2"), incarnation: 1 });
    await follower.stdout.until(/n2 stopped\n/);
    host.interrupt("SIGTERM");
    await status;
    expect(await followed).toBe(0);
    expect(follower.stdout.text).not.toMatch(/n1/);
    writeFileSync(log, readFileSync(join(state, "lab.log")));
    expect(
      (await elsewhere(["logs", "--name", "lab"])).stdout.trimEnd().split("\n").at(-1),
    ).toMatch(/Z stopped$/);
  });

  test("is missing when it was not asked for", async () => {
    await serve(["--memory", "--name", "lab", "--serve"]);
    expect(await elsewhere(["logs"])).toMatchObject({
      status: 1,
      stderr: "kontiki: lab keeps no log: start it with --log or --detach\n",
    });
  });
});

describe("what does not work says why", () => {
  test("no cluster, an unknown one, and one whose process was killed", async () => {
    expect(await elsewhere(["status"])).toMatchObject({
      status: 1,
      stderr: 'kontiki: no cluster runs here: "kontiki up --detach" starts one\n',
    });
    await serve(["--memory", "--name", "lab", "--serve"]);
    expect((await elsewhere(["exec", "nope", "--", "get", "k"])).stderr).toBe(
      "kontiki: no cluster nope runs (registered: lab)\n",
    );
    const entry = { pid: 4194304, data: "/d", socket: join(state, "gone.sock"), startedAt: 1 };
    const dead = (name: string): void =>
      writeFileSync(
        join(state, `kontiki/clusters/${name}.json`),
        JSON.stringify({ ...entry, name }),
      );
    dead("gone");
    expect((await elsewhere(["down", "--name", "gone"])).stderr).toBe(
      "kontiki: gone ended without stopping: process 4194304 is gone; its data is in /d\n",
    );
    dead("gone");
    const listed = await elsewhere(["ps"]);
    expect(listed.stderr).toBe(
      "gone ended without stopping: process 4194304 is gone; its data is in /d\n",
    );
    expect(listed.stdout).toMatch(/^lab /m);
    expect(registered()).toEqual(["lab.json", "lab.sock"]);
  });

  test("a name that is taken, before any node starts", async () => {
    await serve(["--memory", "--name", "lab", "--serve"]);
    expect(await elsewhere(["up", "--memory", "--name", "lab", "--serve"])).toEqual({
      status: 1,
      stdout: "",
      stderr: `kontiki: a cluster lab runs already, in process ${process.pid}: choose another --name, or "kontiki down --name lab"\n`,
    });
  });

  test.each([
    [["up", "--name", "../x"], /^kontiki: option '--name <name>' argument '\.\.\/x' is invalid\./],
    [["up", "--detach", "--serve"], /'--detach' cannot be used with option '--serve'/],
    [["up", "--wait", "leader"], /^kontiki: --wait needs --detach$/m],
    [["up", "--detach", "--wait", "x"], /Allowed choices are leader/],
  ])("%j is bad usage", async (args, problem) => {
    const { status, stdout, stderr } = await elsewhere(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(problem);
  });

  test("the socket of a process that was killed is replaced", async () => {
    const data = temporaryDirectory();
    writeFileSync(join(data, "control.sock"), "");
    await serve(["--data", data, "--serve"]);
    expect((await elsewhere(["exec", data, "--", "put", "k", "v"])).status).toBe(0);
  });

  test("a commit is a fact of the cluster: two terminals see the same", async () => {
    await serve(["--memory", "--name", "lab", "--serve"]);
    const puts = Array.from({ length: 20 }, (_, at) =>
      elsewhere(["exec", "lab", "--", "put", `k${at}`, `${at}`]),
    );
    expect((await Promise.all(puts)).map(({ stdout }) => stdout)).toEqual(puts.map(() => "ok\n"));
    const { stdout } = await elsewhere(["exec", "lab", "--json", "--", "list"]);
    expect(objects(stdout)[0]?.["ok"]).toBe(true);
  });
});
