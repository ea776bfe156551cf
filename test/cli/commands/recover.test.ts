import { FileDisk, openDataDirectory, openStorage } from "@kontiki/actors";
import { run } from "@kontiki/cli";
import { index, nodeId, term } from "@kontiki/core";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FakeHost } from "../support/fake-host.ts";
import { objects, temporaryDirectory } from "../support/kontiki.ts";

const NODES = ["n1", "n2", "n3"].map(nodeId);

/** A directory of three nodes; n2 has most of the log. */
function directory(): string {
  const path = join(temporaryDirectory(), "data");
  const made = openDataDirectory(path, NODES);
  NODES.forEach((node, at) => {
    const { storage } = openStorage(new FileDisk(made.pathOf(node)));
    storage.saveHardState({ term: term(3), votedFor: undefined });
    if (at === 1) storage.append([{ type: "noop", index: index(1), term: term(2) }]);
    storage.flush();
    storage.sync();
    storage.close();
  });
  made.close();
  return path;
}

type Ended = { readonly status: number; readonly stdout: string; readonly stderr: string };

async function recover(
  args: readonly string[],
  { input = "", tty = false }: { readonly input?: string; readonly tty?: boolean } = {},
): Promise<Ended> {
  const host = new FakeHost({ tty, env: { NO_COLOR: "1" } });
  host.stdin.end(input);
  const status = await run(["recover", ...args], host);
  return { status, stdout: host.stdout.text, stderr: host.stderr.text };
}

function folders(path: string): readonly string[] {
  return readdirSync(path)
    .filter((name) => name.startsWith("n"))
    .toSorted();
}

const TABLE = `   node  term  last index  last term
   n1       3           0          0
*  n2       3           1          2
   n3       3           0          0
n2 has most of the log: continue with this node
`;

const SEGMENT = "0000000001.wal";
const UNTOUCHED = ["n1", "n2", "n3"];
const ALONE = ["n1.removed-1", "n2", "n2.removed-1", "n3.removed-1"];

test("without --node the nodes are compared, and nothing is changed", async () => {
  const path = directory();
  expect(await recover(["--data", path])).toEqual({ status: 0, stdout: TABLE, stderr: "" });
  const { stdout } = await recover(["--data", path, "--json"]);
  const node = (name: string, lastIndex: number, lastTerm: number): object => ({
    node: name,
    term: 3,
    lastIndex,
    lastTerm,
    endedAt: null,
    salvaged: [],
    problem: null,
  });
  expect(objects(stdout)).toEqual([
    {
      ok: true,
      command: ["recover"],
      value: {
        nodes: [node("n1", 0, 0), node("n2", 1, 2), node("n3", 0, 0)],
        best: "n2",
        plan: null,
        recovered: null,
      },
    },
  ]);
  expect(folders(path)).toEqual(UNTOUCHED);
});

describe("the cluster continues with one node", () => {
  test("with --yes, after a warning", async () => {
    const path = directory();
    const { status, stdout, stderr } = await recover(["--data", path, "--node", "n2", "--yes"]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `${TABLE}n2 is the entire cluster from entry 2 on; set aside: n1.removed-1, n2.removed-1, n3.removed-1\n`,
    });
    expect(stderr).toMatchInlineSnapshot(`
      "n2 will be the entire cluster, without the agreement of a majority:
      - commands that were acknowledged and that n2 does not have (it ends at entry 1) are permanently lost
      - commands that n2 has and that were never acknowledged take effect
      - the directories of n1, n2, n3 are set aside; they must never be used with this cluster again
      "
    `);
    expect(folders(path)).toEqual(ALONE);
  });

  test("with --json as one object", async () => {
    const path = directory();
    const { stdout } = await recover(["--data", path, "--node", "n2", "--yes", "--json"]);
    expect(objects(stdout)).toMatchObject([
      {
        ok: true,
        value: {
          best: "n2",
          recovered: {
            node: "n2",
            index: 2,
            putAside: ["n1.removed-1", "n2.removed-1", "n3.removed-1"],
          },
        },
      },
    ]);
  });

  test("with a warning when another node has more of the log", async () => {
    const { stderr } = await recover(["--data", directory(), "--node", "n1", "--yes"]);
    expect(stderr).toMatch(/^- n2 has entries that n1 does not have$/m);
    expect(stderr).toMatch(/^n2 has most of the log: with it the least is lost$/m);
  });

  test.each([
    ["its name", "n2\n", ALONE, "n2 is the entire cluster"],
    ["anything else", "yes\n", UNTOUCHED, "nothing was changed"],
    ["nothing", "", UNTOUCHED, "nothing was changed"],
  ])("confirmed on a terminal by %s", async (_title, input, found, told) => {
    const path = directory();
    const ended = await recover(["--data", path, "--node", "n2"], { input, tty: true });
    expect(ended.status).toBe(0);
    expect(ended.stderr).toContain("Continue with n2 alone? Type its name: ");
    expect(ended.stdout + ended.stderr).toContain(told);
    expect(folders(path)).toEqual(found);
  });
});

test("an interruption during the question is not a yes", async () => {
  const path = directory();
  const host = new FakeHost({ tty: true });
  const running = run(["recover", "--data", path, "--node", "n2"], host);
  await host.stderr.until(/Type its name: /);
  host.interrupt("SIGINT");
  expect(await running).toBe(130);
  expect(folders(path)).toEqual(UNTOUCHED);
});

describe("a rejected recovery changes nothing", () => {
  test("no terminal to ask on", async () => {
    const path = directory();
    const { status, stderr } = await recover(["--data", path, "--node", "n2"], { input: "n2\n" });
    expect(status).toBe(2);
    expect(stderr).toMatch(/\nkontiki: there is no terminal to ask on: use --yes to confirm\n$/);
    expect(folders(path)).toEqual(UNTOUCHED);
  });

  test("a missing node, a directory in use, a folder without a cluster", async () => {
    const path = directory();
    const failure = async (...args: string[]): Promise<string> => {
      const { status, stderr } = await recover([...args, "--node", "n9", "--yes"]);
      expect(status).toBe(1);
      return stderr.split("\n").at(-2) ?? "";
    };
    expect(await failure("--data", path)).toMatch(/^kontiki: there is no node n9: there are n1/);
    const inUse = openDataDirectory(path, undefined);
    expect(await failure("--data", path)).toMatch(
      /^kontiki: .* is already in use by this process$/,
    );
    inUse.close();
    const empty = temporaryDirectory();
    expect(await failure("--data", empty)).toBe(`kontiki: ${empty} holds no cluster`);
    expect(folders(path)).toEqual(UNTOUCHED);
  });
});

describe("--merge combines all disks", () => {
  /** n1 and n2 have three entries, and one of them is damaged on each; n3 has another log. */
  function damagedDirectory(): string {
    const path = join(temporaryDirectory(), "data");
    const made = openDataDirectory(path, NODES);
    const logs = { n1: [1, 1, 2], n2: [1, 1, 2], n3: [1, 1, 1, 1] };
    for (const [node, terms] of Object.entries(logs)) {
      const disk = new FileDisk(made.pathOf(nodeId(node)));
      const { storage } = openStorage(disk);
      const ends = terms.map((at, before) => {
        storage.saveHardState({ term: term(at), votedFor: undefined });
        storage.append([{ type: "noop", index: index(before + 1), term: term(at) }]);
        storage.flush();
        storage.sync();
        // Reserved zeros are after it.
        return disk.read(SEGMENT).findLastIndex((byte) => byte !== 0) + 1;
      });
      storage.close();
      const bad = { n1: 0, n2: 1, n3: undefined }[node];
      if (bad !== undefined) flip(join(path, node, SEGMENT), (ends[bad] ?? 0) - 9);
    }
    made.close();
    return path;
  }

  const COMBINED = `combined: entries 1 to 2 of n3, entry 3 of n1; it ends at entry 3 of term 2
left out: entries 3 to 4 of n3, which are of another log: an election would not choose it
`;

  test("which are only read before it is confirmed", async () => {
    const path = damagedDirectory();
    const before = await recover([path]);
    expect(before.stdout).toMatch(/^n1: after the damage it has entries 2 to 3$/m);
    expect(before.stdout).toMatch(/^n1: its log ended at entry 3$/m);
    expect(before.stdout).toMatch(/\nentries are intact after damage: --merge combines .*\n$/);
    const asked = await recover([path, "--merge"], { input: "no\n", tty: true });
    expect(asked.stdout).toContain(COMBINED);
    expect(asked.stderr).toContain("nothing was changed");
    expect(folders(path)).toEqual(UNTOUCHED);
    expect((await recover([path])).stdout).toBe(before.stdout);
  });

  test("and the cluster continues with the result", async () => {
    const path = damagedDirectory();
    const { status, stdout, stderr } = await recover([path, "--merge", "--node", "n1", "--yes"]);
    expect({ status, stderr }).toMatchInlineSnapshot(`
      {
        "status": 0,
        "stderr": "n1 will be the entire cluster, without the agreement of a majority:
      - commands that were acknowledged and that no disk has intact, or that are left out, (the log ends at entry 3) are permanently lost
      - commands that the log has and that were never acknowledged take effect
      - the directories of n1, n2, n3 are set aside; they must never be used with this cluster again
      ",
      }
    `);
    expect(stdout).toContain(COMBINED);
    expect(stdout).toMatch(
      /\nn1 is the entire cluster from entry 4 on; set aside: n1.removed-1, n2.removed-1, n3.removed-1\n$/,
    );
    expect(folders(path)).toEqual(["n1", "n1.removed-1", "n2.removed-1", "n3.removed-1"]);
    const { recovered } = openStorage(new FileDisk(join(path, "n1")));
    expect(recovered.entries.map((entry) => entry.term)).toEqual([1, 1, 2, 3]);
  });

  test("with --json as one object", async () => {
    const path = damagedDirectory();
    const { stdout } = await recover([path, "--merge", "--yes", "--json"]);
    expect(objects(stdout)).toMatchObject([
      {
        value: {
          plan: {
            snapshot: 0,
            entries: [
              { from: 1, to: 2, disk: "n3" },
              { from: 3, to: 3, disk: "n1" },
            ],
            lastIndex: 3,
            lastTerm: 2,
            lost: null,
            leftOut: [{ from: 3, to: 4, disk: "n3", why: "another log" }],
          },
          recovered: { index: 4 },
        },
      },
    ]);
  });

  test("but the directory is given once, and the node exists", async () => {
    const twice = await recover(["a", "--data", "b"]);
    expect(twice.status).toBe(2);
    expect(twice.stderr).toContain("the directory is given twice: use either dir or --data");
    const unknown = await recover([damagedDirectory(), "--merge", "--node", "n9", "--yes"]);
    expect(unknown.status).toBe(1);
    expect(unknown.stderr).toContain("there is no node n9: there are n1, n2, n3");
  });
});

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(path, bytes);
}
