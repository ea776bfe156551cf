import { openDataDirectory } from "@kontiki/actors";
import { run } from "@kontiki/cli";
import { nodeId } from "@kontiki/core";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FakeHost } from "../support/fake-host.ts";
import { objects, temporaryDirectory } from "../support/kontiki.ts";

const NODES = ["n1", "n2"].map(nodeId);

/** A directory with files and an old folder that were set aside. */
function directory(): string {
  const path = join(temporaryDirectory(), "data");
  openDataDirectory(path, NODES).close();
  writeFileSync(join(path, "n1", "0000000001.wal.damaged-1"), "12345");
  writeFileSync(join(path, "n2", "7-2.snapshot.damaged-3"), "1234567");
  mkdirSync(join(path, "n2.damaged-1"));
  writeFileSync(join(path, "n2.damaged-1", "0000000001.wal"), "123");
  mkdirSync(join(path, "n1.removed-1"));
  return path;
}

const FILES = [
  { node: "n1", path: join("n1", "0000000001.wal.damaged-1"), type: "file", bytes: 5 },
  { node: "n2", path: join("n2", "7-2.snapshot.damaged-3"), type: "file", bytes: 7 },
  { node: "n2", path: "n2.damaged-1", type: "folder", bytes: 3 },
];

type Ended = { readonly status: number; readonly stdout: string; readonly stderr: string };

async function damage(
  args: readonly string[],
  { input = "", tty = false }: { readonly input?: string; readonly tty?: boolean } = {},
): Promise<Ended> {
  const host = new FakeHost({ tty, env: { NO_COLOR: "1" } });
  host.stdin.end(input);
  const status = await run(["damage", ...args], host);
  return { status, stdout: host.stdout.text, stderr: host.stderr.text };
}

async function left(path: string): Promise<unknown> {
  const [listed] = objects((await damage(["list", path, "--json"])).stdout);
  return (listed as { readonly value: { readonly files: unknown } }).value.files;
}

const TABLE = `node  kept as                      bytes
n1    n1/0000000001.wal.damaged-1      5
n2    n2/7-2.snapshot.damaged-3        7
n2    n2.damaged-1/                    3
`;

describe("damage list", () => {
  test("shows the files that are kept", async () => {
    const path = directory();
    expect(await damage(["list", path])).toEqual({ status: 0, stdout: TABLE, stderr: "" });
    const one = await damage(["list", path, "--node", "n1", "--json"]);
    expect(objects(one.stdout)).toEqual([
      { ok: true, command: ["damage", "list"], value: { files: FILES.slice(0, 1) } },
    ]);
  });

  test("also while the directory is in use, and where there are none", async () => {
    const path = directory();
    const used = openDataDirectory(path, undefined);
    expect((await damage(["list", path])).stdout).toBe(TABLE);
    used.close();
    const bare = join(temporaryDirectory(), "data");
    openDataDirectory(bare, NODES).close();
    expect((await damage(["list", bare, "--node", "n1"])).stdout).toBe(
      "no damaged files are kept\n",
    );
  });

  test.each(["list", "purge"])("%s refuses a node that is unknown there", async (verb) => {
    const path = directory();
    mkdirSync(join(path, "n5.damaged-1"));
    const ended = await damage([
      verb,
      path,
      "--node",
      "n9",
      ...(verb === "purge" ? ["--yes"] : []),
    ]);
    expect(ended).toEqual({
      status: 1,
      stdout: "",
      stderr: `kontiki: ${path} has no node n9: there are n1, n2, n5\n`,
    });
    const removed = await damage(["list", path, "--node", "n5"]);
    expect(removed.stdout).toMatch(/^n5 +n5.damaged-1\/ +0$/m);
  });

  test.each(["list", "purge"])("%s of a folder that is missing is bad usage", async (what) => {
    expect(await damage([what, "/missing"])).toMatchObject({
      status: 2,
      stderr: `kontiki: there is no folder /missing: name another one, as in kontiki damage ${what} DIR\n`,
    });
  });

  test("refuses a folder without a cluster", async () => {
    const empty = temporaryDirectory();
    const ended = await damage(["list", empty]);
    expect(ended).toMatchObject({ status: 1, stderr: `kontiki: ${empty} holds no cluster\n` });
  });
});

describe("damage purge", () => {
  test("removes them when that is confirmed, and nothing else", async () => {
    const path = directory();
    const before = readdirSync(path);
    const ended = await damage(["purge", path], { input: "purge\n", tty: true });
    expect(ended).toMatchObject({ status: 0, stdout: "removed 2 files and 1 folder, 15 bytes\n" });
    expect(ended.stderr).toContain(
      'Permanently remove 2 files and 1 folder, 15 bytes? Type "purge": ',
    );
    expect(await left(path)).toEqual([]);
    expect(readdirSync(path)).toEqual(before.filter((name) => name !== "n2.damaged-1"));
    openDataDirectory(path, NODES).close();
  });

  test("of one node, with --yes", async () => {
    const path = directory();
    const { stdout } = await damage(["purge", path, "--node", "n2", "--yes", "--json"]);
    expect(objects(stdout)).toEqual([
      { ok: true, command: ["damage", "purge"], value: { files: FILES.slice(1) } },
    ]);
    expect(await left(path)).toEqual(FILES.slice(0, 1));
  });

  test.each([
    ["another word", { input: "yes\n", tty: true }, 0, "nothing was changed"],
    ["no answer", { input: "", tty: true }, 0, "nothing was changed"],
    ["no terminal", { input: "purge\n" }, 2, "there is no terminal to ask on"],
  ])("changes nothing after %s", async (_title, how, status, told) => {
    const path = directory();
    const ended = await damage(["purge", path], how);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toContain(told);
    expect(await left(path)).toEqual(FILES);
  });

  test("is refused while the directory is in use", async () => {
    const path = directory();
    const used = openDataDirectory(path, undefined);
    const ended = await damage(["purge", path, "--yes"]);
    expect(ended).toMatchObject({
      status: 1,
      stderr: `kontiki: ${path} is already in use by this process\n`,
    });
    used.close();
    expect(await left(path)).toEqual(FILES);
  });

  test("is refused while a node is not repaired", async () => {
    const path = directory();
    rmSync(join(path, "n2", "0000000001.wal"));
    const ended = await damage(["purge", path, "--yes"]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(
      /^kontiki: .* has nodes that are not repaired \(n2: .*\): what was set aside may hold the only copy/,
    );
    expect(await left(path)).toEqual(FILES);
  });
});
