/** One connection to a cluster that is served: what a program, or an attached prompt, writes and gets. */
import { run } from "@kontiki/cli";
import { nodeId, term } from "@kontiki/core";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import { FakeHost } from "../support/fake-host.ts";
import { objects } from "../support/kontiki.ts";
import { User } from "../support/user.ts";

let user: User;

beforeEach(() => {
  user = new User();
});

describe("a connection", () => {
  async function talk(lines: string): Promise<readonly Record<string, unknown>[]> {
    const socket = connect(join(user.state, "kontiki/clusters/lab.sock")).setEncoding("utf8");
    let heard = "";
    socket.on("data", (text: string) => (heard += text));
    socket.end(lines);
    await once(socket, "close");
    return objects(heard);
  }

  test("is a pipe of the prompt with --json, which any program can write to", async () => {
    await user.serve(["--memory", "--name", "lab", "--serve"]);
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
    const { cluster } = await user.serve(["--memory", "--name", "lab", "--serve"]);
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
    const { cluster } = await user.serve(["--memory", "--name", "lab", "--serve"]);
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
    const { cluster, host, status } = await user.serve(["--memory", "--name", "lab", "--serve"]);
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
    const { cluster } = await user.serve(["--memory", "--name", "lab", "--serve"]);
    const terminal = new FakeHost({ tty: true, env: { ...user.env, TERM: "dumb" } });
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
    const { host } = await user.serve(["--memory", "--name", "lab", "--serve"]);
    const terminal = new FakeHost({ tty: true, env: { ...user.env, TERM: "dumb" } });
    const status = run(["attach"], terminal);
    await terminal.stdout.until(/kontiki> /);
    host.interrupt("SIGTERM");
    expect(await status).toBe(0);
    expect(stripVTControlCharacters(terminal.stderr.text)).toMatch(/^lab has stopped$/m);
  });

  test("needs a terminal", async () => {
    const { status, stderr } = await user.elsewhere(["attach"]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'kontiki: attach needs a terminal; "kontiki exec" reads commands from a pipe\n',
    });
  });
});
