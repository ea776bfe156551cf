import { describe, expect, test } from "vitest";
import { Kontiki, kontiki, objects, temporaryDirectory } from "../support/kontiki.ts";

describe("commands from a pipe, on real nodes", () => {
  test("run one after another, and only results go to standard output", async () => {
    const input = `
      # A session as a person would write it.
      put greeting "good morning"
      get greeting
      append greeting !
      cas greeting "good morning!" bye
      cas greeting nothing bye
      get missing
      list g
      del greeting
      leader
      crash leader
      wait leader --timeout 20000
      wait converged
      sleep 1
      quit
      put never reached`;
    const { status, stdout, stderr } = await kontiki(["up", "--memory", "--nodes", "3"], input);
    expect(stdout.replaceAll(/n[123]/g, "NODE")).toBe(
      `ok
good morning
ok, 13 bytes
ok
(no match)
(absent)
greeting bye
deleted
NODE
NODE crashed
NODE
ok
ok
`,
    );
    expect(stderr).toMatch(/^n[123] crashed on request; restarts in \d+ ms$/m);
    expect(stderr).toMatch(/^n[123] leads term \d+$/m);
    expect(status).toBe(0);
  });

  test("--json prints one object for each command in the order of the input", async () => {
    const puts = Array.from({ length: 300 }, (_, at) => `put key${at} ${at}`);
    const gets = Array.from({ length: 300 }, (_, at) => `get key${at}`);
    const input = [...puts, "crash n1", "nope", ...gets].join("\r\n");
    const { status, stdout } = await kontiki(["up", "--memory", "--nodes", "3", "--json"], input);
    const expected = [
      ...puts.map((line) => ({ ok: true, command: line.split(" "), value: null })),
      { ok: true, command: ["crash", "n1"], value: "n1" },
      {
        ok: false,
        command: ["nope"],
        error: 'there is no command "nope"; "help" lists them all',
        outcome: "error",
        line: 302,
      },
      ...gets.map((line, at) => ({ ok: true, command: line.split(" "), value: `${at}` })),
    ];
    expect(objects(stdout)).toEqual(expected);
    expect(status).toBe(1);
  });

  test("status, log and stopped nodes as objects", async () => {
    const input =
      "put k v\nlog leader\nstop n2\nstatus\nlog n2\nstart n2\nwait converged\nstatus\n";
    const { stdout } = await kontiki(["up", "--memory", "--nodes", "3", "--json"], input);
    const [, log, , before, refused, , , after] = objects(stdout);
    // A busy machine may need more than one election.
    const entries = log?.["value"] as readonly Record<string, unknown>[];
    expect(entries[0]).toMatchObject({ type: "noop", index: 1 });
    expect(entries.at(-1)).toEqual({
      type: "command",
      index: entries.length,
      term: expect.any(Number) as number,
      client: expect.any(Number) as number,
      sequence: 1,
      command: { type: "put", key: "k", value: "v" },
    });
    expect(before?.["value"]).toMatchObject([
      { node: "n1" },
      { node: "n2", life: "stopped", role: null, incarnation: 1, restarts: 0 },
      { node: "n3" },
    ]);
    expect(refused).toMatchObject({ ok: false, command: ["log", "n2"], outcome: "error", line: 5 });
    const nodes = after?.["value"] as readonly Record<string, unknown>[];
    expect(nodes.filter((node) => node["leads"]).length).toBe(1);
    expect(new Set(nodes.map((node) => node["applied"])).size).toBe(1);
    expect(nodes[1]).toMatchObject({ node: "n2", life: "running", incarnation: 2 });
  });

  test("an answer comes while the input is still open", async () => {
    const program = new Kontiki(["up", "--memory", "--nodes", "1"]);
    await program.write("put k v\n").until("stdout", /^ok\n$/);
    await program.write("get k\n").until("stdout", /^ok\nv\n$/);
    program.process.stdin.end("get k");
    expect(await program.exit).toMatchObject({ status: 0, stdout: "ok\nv\nv\n" });
  });
});

describe("a data directory", () => {
  test("continues where it stopped, after any crashes", async () => {
    const data = temporaryDirectory();
    const count = 400;
    const puts: string[] = [];
    for (let at = 1; at <= count; at += 1) {
      puts.push(`put key${at} value${at}`);
      if (at % 100 === 0) puts.push("crash leader");
    }
    const args = ["up", "--data", data, "--json"];
    const first = await kontiki([...args, "--nodes", "3"], puts.join("\n"));
    expect(first.status).toBe(0);
    expect(objects(first.stdout).length).toBe(puts.length);

    const gets = Array.from({ length: count }, (_, at) => `get key${at + 1}`);
    const logs = ["wait converged", "log n1", "log n2", "log n3"];
    const second = await kontiki(args, [...gets, ...logs].join("\n"));
    expect(second.status).toBe(0);
    const values = objects(second.stdout).map((object) => object["value"]);
    expect(values.slice(0, count)).toEqual(gets.map((_, at) => `value${at + 1}`));
    const [n1, n2, n3] = values.slice(count + 1) as (readonly object[])[];
    expect(n1?.length).toBeGreaterThan(count);
    expect(n2).toEqual(n1);
    expect(n3).toEqual(n1);
  });
});

test("the environment decides about colours", async () => {
  const env = { FORCE_COLOR: "1" };
  const forced = await kontiki(["up", "--memory", "--nodes", "1"], "get k\n", env);
  expect(forced.stdout).toBe("\u001b[2m(absent)\u001b[22m\n");
});

test("a reader that goes away ends the program gracefully and silently", async () => {
  const data = temporaryDirectory();
  const program = new Kontiki(["up", "--data", data, "--nodes", "1"]);
  await program.write("put k v\n").until("stdout", /ok/);
  program.process.stdout.destroy();
  program.write("get k\nget k\nget k\n");
  const { status, stderr } = await program.exit;
  expect(status).toBe(0);
  expect(stderr).toMatch(/^(n1 leads term \d+\n)?$/);
  expect((await kontiki(["up", "--data", data], "get k")).stdout).toBe("v\n");
});
