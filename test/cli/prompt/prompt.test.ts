import { run } from "@kontiki/cli";
import { stripVTControlCharacters } from "node:util";
import { beforeEach, describe, expect, test } from "vitest";
import { FakeCluster } from "../support/fake-cluster.ts";
import { FakeHost } from "../support/fake-host.ts";

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const UP = "\u001b[A";

let cluster: FakeCluster;
let host: FakeHost;
let status: Promise<number>;

beforeEach(async () => {
  cluster = new FakeCluster();
  host = new FakeHost({ tty: true });
  status = run(["up", "--memory"], host, async (options) => cluster.startedWith(options));
  await host.stdout.until(/kontiki> /);
});

/** Types, and waits for what appears after that. */
async function type(keys: string, appears: RegExp): Promise<void> {
  const from = host.stdout.text.length;
  host.stdin.write(keys);
  await host.stdout.until(appears, from);
}

/** What was written to standard error, without colours. */
function notes(): string {
  return stripVTControlCharacters(host.stderr.text);
}

describe("at a prompt", () => {
  test("a note shows the cluster", async () => {
    expect(stripVTControlCharacters(host.stderr.text)).toBe(
      '3 nodes, logs in memory; "help" lists the commands\n',
    );
    host.stdin.write(CTRL_D);
    expect(await status).toBe(0);
  });

  test("commands run, and the prompt returns", async () => {
    await type("put k v\r", /ok\n[^]*kontiki> $/);
    await type("get k\r", /v\n[^]*kontiki> $/);
    host.stdin.write("quit\r");
    expect(await status).toBe(0);
    expect(cluster.calls.at(-1)).toBe("stop");
  });

  test("a paste of several lines runs one after another", async () => {
    host.stdin.write("put k a\rappend k b\rget k\rquit\r");
    expect(await status).toBe(0);
    expect(cluster.calls.filter((call) => call !== "leader 5000")).toEqual([
      "put",
      "append",
      "read linearizable -",
      "stop",
    ]);
    expect(host.stdout.text).toMatch(/ab\n/);
  });

  test("bytes that are not UTF-8 are rejected, and nothing is put", async () => {
    const from = host.stdout.text.length;
    host.stdin.write(Buffer.from([...Buffer.from("put k "), 0xff, 0xfe, 0x0d]));
    await host.stderr.until(/not valid UTF-8/);
    await host.stdout.until(/kontiki> /, from);
    expect(cluster.calls).not.toContain("put");
  });

  test("a failed command is reported without a line number, and does not change the status", async () => {
    await type("nope\r", /kontiki> $/);
    await type("staus\r", /kontiki> $/);
    expect(notes()).toMatch(
      /^there is no command "nope"; "help" lists them all\nthere is no command "staus"; did you mean "status"\?$/m,
    );
    host.stdin.write("quit\r");
    expect(await status).toBe(0);
  });

  test("after a stop the prompt returns with what was typed, on a raw terminal", async () => {
    await type("put k v", /put k v$/);
    const from = host.stdout.text.length;
    host.resume();
    await host.stdout.until(/kontiki> put k v/, from);
    expect(host.modes.slice(-2)).toEqual([false, true]);
    await type("\r", /ok\n/);
    host.stdin.write(CTRL_D);
    expect(await status).toBe(0);
  });

  test("the arrow key returns to the previous line", async () => {
    await type("put k v\r", /ok\n[^]*kontiki> $/);
    await type(`${UP}\r`, /ok\n[^]*kontiki> $/);
    host.stdin.write(CTRL_D);
    await status;
    expect(cluster.calls.filter((call) => call === "put").length).toBe(2);
  });

  test("the tab key completes commands and nodes", async () => {
    await type("cra\t", /crash /);
    await type("n2\r", /n2 crashed\n/);
    host.stdin.write(CTRL_D);
    expect(await status).toBe(0);
  });

  test("an event is printed above the typed text", async () => {
    await type("put k", /put k$/);
    const from = host.stdout.text.length;
    await cluster.node("n2").stop();
    expect(stripVTControlCharacters(host.stderr.text)).toMatch(/^n2 stopped$/m);
    await host.stdout.until(/kontiki> [^]*put k/, from);
    await type(" v\r", /ok\n/);
    host.stdin.write(CTRL_D);
    expect(await status).toBe(0);
  });
});

describe("Ctrl-C", () => {
  test("clears the typed text", async () => {
    await type("put k v", /put k v$/);
    await type(`${CTRL_C}get k\r`, /\(absent\)/);
    host.stdin.write(CTRL_D);
    expect(await status).toBe(0);
    expect(notes()).not.toMatch(/Ctrl-C/);
  });

  test("on an empty line gives a hint, and the second one quits", async () => {
    host.stdin.write(CTRL_C);
    await host.stderr.until(/Ctrl-C again quits, as "quit" and Ctrl-D do/);
    await type("get k\r", /\(absent\)[^]*kontiki> $/);
    host.stdin.write(CTRL_C);
    await host.stderr.until(/Ctrl-C again quits[^]*Ctrl-C again quits/);
    expect(cluster.calls).not.toContain("stop");
    host.stdin.write(CTRL_C);
    expect(await status).toBe(0);
    expect(host.interruptions).toEqual([]);
    expect(cluster.calls.at(-1)).toBe("stop");
  });

  test("does the same as a signal", async () => {
    host.onInterrupt?.();
    await host.stderr.until(/Ctrl-C again quits/);
    host.onInterrupt?.();
    expect(await status).toBe(0);
    expect([host.interruptions, host.onInterrupt]).toEqual([[], undefined]);
  });

  test("ends what runs, drops what waits, and the prompt returns", async () => {
    cluster.next.push("never");
    host.stdin.write("put k v\rput k w\rcrash n2\r");
    await host.stdout.until(/rash n2\r\n/);
    await type(CTRL_C, /kontiki> $/);
    expect(notes()).toMatch(
      /^unknown whether done: interrupted before it was done\nnot done: interrupted before it began\nnot done: interrupted before it began$/m,
    );
    expect(cluster.calls.filter((call) => !call.startsWith("leader"))).toEqual(["put"]);
    await type("put k x\r", /ok\n[^]*kontiki> $/);
    host.stdin.write(CTRL_D);
    expect(await status).toBe(0);
  });

  test.each(["sleep 60000", "get k"])("%s changes nothing: it is not done", async (line) => {
    cluster.next.push("never");
    host.stdin.write(`${line}\r`);
    await host.stdout.until(new RegExp(`${line}\r\n`));
    await type(CTRL_C, /kontiki> $/);
    expect(notes()).toMatch(/^not done: interrupted before it was done$/m);
    host.stdin.write(CTRL_D);
    expect(await status).toBe(0);
  });
});

test("a signal ends the prompt with its status", async () => {
  host.interrupt("SIGTERM");
  expect(await status).toBe(143);
  expect(cluster.calls.at(-1)).toBe("stop");
});
