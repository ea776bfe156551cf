import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { run } from "@kontiki/cli";
import { afterAll, describe, expect, test } from "vitest";
import { FakeHost } from "../support/fake-host.ts";
import { Kontiki, kontiki, objects, temporaryDirectory } from "../support/kontiki.ts";

/** Runs a command on real nodes, in this process. */
async function ran(
  args: readonly string[],
  input = "",
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const host = new FakeHost();
  host.stdin.end(input);
  const status = await run(args, host);
  return { status, stdout: host.stdout.text, stderr: host.stderr.text };
}

const IN_MEMORY = ["up", "--memory", "--nodes", "1", "--json"];

describe("commands", () => {
  test("a bad one is one error, and the next one runs", async () => {
    const input = Buffer.concat([
      Buffer.from("put k v\nnope\nget\nput k\nput k v w\n"),
      Buffer.from('put "\nput "a"b c\n'),
      Buffer.of(0x70, 0x75, 0x74, 0x20, 0x6b, 0x20, 0xff, 0x0a),
      Buffer.from("crash n7\nlog n1 x\nwait peace\nget k\n"),
    ]);
    const { status, stdout } = await kontiki(IN_MEMORY, input);
    expect(status).toBe(1);
    expect(objects(stdout).map(({ error, value }) => error ?? value)).toEqual([
      null,
      'there is no command "nope"; "help" lists them all',
      "get takes 1 argument, not 0: get K",
      "put takes 2 arguments, not 1: put K V",
      "put takes 2 arguments, not 3: put K V",
      "column 5: this double quote is never closed",
      "column 8: a blank must follow the closing double quote",
      "the line is not valid UTF-8",
      "there is no node n7: there are n1",
      'an index must be a whole number from 1 to 9007199254740991, not "x"',
      'wait takes "leader" or "converged", not "peace"',
      "v",
    ]);
  });

  test("keys and values up to their limits, and over them", async () => {
    const key = "k".repeat(1024);
    const value = "é".repeat(524_288);
    const input = [
      `put ${key} ${value}`,
      `get ${key}`,
      `cas ${key} ${value} ${value.replaceAll("é", "ab")}`,
      `put ${key}k v`,
      `put k ${value}v`,
      `append ${key} v`,
      `get ${key}`,
      `put k ${"v".repeat(17 * 1024 * 1024)}`,
      "get k",
    ];
    const { stdout } = await kontiki(IN_MEMORY, input.join("\n"));
    expect(objects(stdout).map(({ error, value: found }) => error ?? found)).toEqual([
      null,
      value,
      true,
      "this key has 1025 bytes; the most is 1024",
      "this value has 1048577 bytes; the most is 1048576",
      "this value has 1048577 bytes; the most is 1048576",
      value.replaceAll("é", "ab"),
      "the line is longer than 16777216 bytes",
      null,
    ]);
  });
});

describe("a data directory that cannot be used is one line and status 1, without data loss", () => {
  const made = mkdtempSync(join(tmpdir(), "kontiki-test-"));
  afterAll(() => rmSync(made, { recursive: true, force: true }));

  /** Fills it once, in the first test that needs it. */
  async function fill(): Promise<void> {
    if (readdirSync(made).length > 0) return;
    const puts = Array.from({ length: 30 }, (_, at) => `put key${at} ${"v".repeat(100)}\n`);
    const { status } = await ran(["up", "--data", made, "--nodes", "1"], puts.join(""));
    expect(status).toBe(0);
  }

  /** A copy of the directory of a cluster of one node. */
  async function directory(): Promise<string> {
    await fill();
    const data = temporaryDirectory();
    cpSync(made, data, { recursive: true });
    return data;
  }

  /** @param changes the name of a file that a running cluster writes meanwhile. */
  async function expectRefused(
    args: readonly string[],
    pattern: RegExp,
    changes?: string,
  ): Promise<void> {
    const data = args[0] ?? "";
    const kept = (): unknown =>
      Object.entries(filesOf(data)).filter(([path]) => basename(path) !== changes);
    const before = kept();
    const { status, stdout, stderr } = await ran(["up", "--data", ...args], "put k v");
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^kontiki: [^\n]+\n$/);
    expect(stderr).toMatch(pattern);
    expect(kept()).toEqual(before);
  }

  test("in use", async () => {
    const data = await directory();
    const program = new Kontiki(["up", "--data", data]);
    await program.write("get key29\n").until("stdout", /v\n/);
    await expectRefused([data], /in use by process \d+/, "promise");
    program.process.stdin.end("get key29\nget k\n");
    expect((await program.exit).stdout).toMatch(/v\n\(absent\)\n$/);
  });

  test("of another number of nodes", async () => {
    await expectRefused([await directory(), "--nodes", "5"], /holds the nodes n1, not n1, n2/);
  });

  test("with a node of another cluster", async () => {
    const data = await directory();
    const node = { format: 2, cluster: "another", node: "n1", uid: 0 };
    writeFileSync(join(data, "n1", "node.json"), JSON.stringify(node));
    await expectRefused([data], /no node that can run \(.*n1 belongs to another cluster/);
  });

  test("of a newer format", async () => {
    const data = await directory();
    writeFileSync(join(data, "cluster.json"), JSON.stringify({ format: 99 }));
    await expectRefused([data], /has format 99/);
  });

  test("that is damaged", async () => {
    const data = await directory();
    const file = join(data, "n1", "0000000001.wal");
    const bytes = readFileSync(file);
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    writeFileSync(file, bytes);
    const damaged = await ran(["up", "--data", data], "status\n");
    expect(damaged.stdout).toMatch(/ {3}n1 +repairing .*\nn1 is in trouble: /);
    expect(damaged.stdout).toMatch(
      /\nn1 lacks entries from \d+ up to 32\nno leader: entry \d+ is damaged on n1, and there is no other disk; /,
    );
    expect(damaged.stderr).toMatch(/n1 is in trouble: .*damaged.*0000000001\.wal, byte \d+/);
    // A single node cannot be repaired by others, and a person must decide that the rest is enough.
    const recovered = await ran(["recover", "--data", data, "--node", "n1", "--yes"]);
    expect(recovered).toMatchObject({ status: 0 });
    expect(await ran(["up", "--data", data], "get key0\n")).toMatchObject({
      status: 0,
      stdout: `${"v".repeat(100)}\n`,
    });
  });

  test("that cannot be written", async () => {
    // Root may write anywhere, but the kernel's own file system lets nobody make a folder.
    const root = process.getuid?.() === 0;
    const data = root ? "/sys/kontiki" : join(temporaryDirectory(), "kontiki");
    if (!root) chmodSync(join(data, ".."), 0o555);
    await expectRefused([data, "--nodes", "1"], /permission|read-only/);
  });

  test("that is a file", async () => {
    const file = join(temporaryDirectory(), "file");
    writeFileSync(file, "text");
    await expectRefused([file, "--nodes", "1"], /file/);
    expect(readFileSync(file, "utf8")).toBe("text");
  });

  test("that holds something else", async () => {
    const data = temporaryDirectory();
    writeFileSync(join(data, "letter.txt"), "text");
    await expectRefused([data, "--nodes", "1"], /letter\.txt/);
  });
});

/** Every file but locks, with its content. */
function filesOf(directory: string): Readonly<Record<string, string>> {
  if (!existsSync(directory) || !statSync(directory).isDirectory()) return {};
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const files = names.filter(
    (name) => !name.startsWith("lock") && statSync(join(directory, name)).isFile(),
  );
  return Object.fromEntries(
    files.map((name) => [name, readFileSync(join(directory, name), "latin1")]),
  );
}
