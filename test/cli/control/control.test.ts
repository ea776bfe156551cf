/** A cluster that one terminal serves, and the commands by which others reach it. */
import { run } from "@kontiki/cli";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { FakeHost } from "../support/fake-host.ts";
import { objects, temporaryDirectory } from "../support/kontiki.ts";
import { User } from "../support/user.ts";

let user: User;

beforeEach(() => {
  user = new User();
});

describe("a cluster is reached from another terminal", () => {
  test("by its name: the replies are those of the prompt, as text and as JSON", async () => {
    await user.serve(["--memory", "--name", "lab", "--serve"]);
    const put = await user.elsewhere(["exec", "lab", "--", "put", "a key", 'a "value"']);
    expect(put).toEqual({ status: 0, stdout: "ok\n", stderr: "" });
    const got = await user.elsewhere(["exec", "lab", "--json", "--", "get", "a key"]);
    expect(got).toEqual({
      status: 0,
      stdout: '{"ok":true,"command":["get","a key"],"value":"a \\"value\\""}\n',
      stderr: "",
    });
  });

  test("by commands on standard input, up to quit", async () => {
    await user.serve(["--memory", "--name", "lab", "--serve"]);
    const input = "put k v\n\n# a comment\nget k\nnonsense\nlog n1\nquit\nput k w\n";
    expect(await user.elsewhere(["exec", "lab"], input)).toEqual({
      status: 1,
      stdout: expect.stringMatching(/^ok\nv\n(.*\n)+$/) as string,
      stderr: 'line 5: there is no command "nonsense"; "help" lists them all\n',
    });
    const more = "get k\nlog n1\n\nget\nwipe n2\nget k\n";
    const { stdout, status, stderr } = await user.elsewhere(["exec", "lab", "--json"], more);
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
    await user.serve(["--memory", "--name", "lab", "--serve"]);
    const terminal = new FakeHost({ env: user.env });
    terminal.stdin.end(Buffer.from([0xff, 0x0a]));
    const status = await run(["exec", "lab", "--json"], terminal);
    expect([status, terminal.stderr.text, objects(terminal.stdout.text)]).toEqual([
      1,
      "",
      [{ ok: false, command: [], error: "the line is not valid UTF-8", outcome: "error", line: 1 }],
    ]);
  });

  test("and input that cannot be read is one line", async () => {
    await user.serve(["--memory", "--name", "lab", "--serve"]);
    const terminal = new FakeHost({ env: user.env });
    terminal.stdin._read = () => terminal.stdin.destroy(new Error("it is a folder; give a file"));
    expect([await run(["exec", "lab"], terminal), terminal.stderr.text]).toEqual([
      1,
      "kontiki: cannot read standard input: it is a folder; give a file\n",
    ]);
  });

  test("and what is written for the connection itself is no command there", async () => {
    await user.serve(["--memory", "--name", "lab", "--serve"]);
    const none = (word: string, line: string): string =>
      `${line}there is no command "${word}"; "help" lists them all\n`;
    expect(await user.elsewhere(["exec", "lab"], '@down\n@events "now"\nput k v\n')).toEqual({
      status: 1,
      stdout: "ok\n",
      stderr: none("@down", "line 1: ") + none("@events", "line 2: "),
    });
    expect(await user.elsewhere(["exec", "lab", "--", "@down"])).toMatchObject({
      status: 1,
      stderr: none("@down", ""),
    });
    const terminal = new FakeHost({ tty: true, env: { ...user.env, TERM: "dumb" } });
    const attached = run(["attach"], terminal);
    await terminal.stdout.until(/kontiki> /);
    terminal.stdin.write("@down\r");
    await terminal.stderr.until(/there is no command "@down"/);
    terminal.stdin.write("quit\r");
    expect(await attached).toBe(0);
  });

  test("by its directory, and as the only one that runs", async () => {
    const data = temporaryDirectory();
    await user.serve(["--data", data, "--serve", "--name", "lab"]);
    expect((await user.elsewhere(["exec", data, "--", "put", "k", "v"])).stdout).toBe("ok\n");
    expect((await user.elsewhere(["status"])).stdout).toMatch(/^\* +n1 +leader /m);
    expect(statSync(join(data, "control.sock")).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["xterm", "\u001b[H\u001b[2J"],
    ["dumb", ""],
  ])("status --watch on a terminal %s replaces what it shows, if it can", async (TERM, clear) => {
    await user.serve(["--memory", "--name", "lab", "--serve"]);
    const terminal = new FakeHost({ tty: true, env: { ...user.env, TERM, NO_COLOR: "1" } });
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
      await user.serve(["--memory", "--name", "lab", "--serve"]),
      await user.serve(["--data", data, "--serve", "--name", "disk"]),
    ];
    const { clusters } = objects((await user.elsewhere(["ps", "--json"])).stdout)[0] as {
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
      (await user.elsewhere(["ps"])).stdout.split("\n").map((line) => line.split(/ {2,}/)[0]),
    ).toEqual(["name", "disk", "lab", ""]);
    // Of a cluster on several hosts the leader may be elsewhere.
    disk.cluster.onHosts();
    const { stdout } = await user.elsewhere(["ps"]);
    expect(stdout).toMatch(/^disk +3 of 5 +m1 +7 /m);
    expect(stdout).toMatch(/^lab +3 +n1 +1 /m);
    expect(objects((await user.elsewhere(["ps", "--json"])).stdout)).toMatchObject([
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
    expect(await user.elsewhere(["status"])).toEqual({
      status: 1,
      stdout: "",
      stderr: "kontiki: 2 clusters run: disk, lab; choose one with --name\n",
    });
    for (const { host } of [memory, disk]) host.interrupt("SIGTERM");
    expect([await memory.status, await disk.status]).toEqual([143, 143]);
    expect(user.registered()).toEqual([]);
    expect(existsSync(join(data, "control.sock"))).toBe(false);
  });

  test("down stops it, also at a prompt", async () => {
    const data = temporaryDirectory();
    const { cluster, host, status } = await user.serve(["--data", data], true);
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
