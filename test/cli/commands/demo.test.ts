import { colorsFor, demoText, type DemoLine } from "@kontiki/cli";
import type { RaftStatus } from "@kontiki/actors";
import { index, nodeId, term } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { runOnFake } from "../support/fake-host.ts";
import { kontiki, Kontiki, objects } from "../support/kontiki.ts";

/** Elections take seconds, and more on a busy machine. */
const SLOW = { timeout: 120_000 };

/** Runs one round of the demo, and interrupts it. */
async function story(nodes: number): Promise<readonly Record<string, unknown>[]> {
  const demo = new Kontiki(["demo", "--fast", "--json", "--nodes", `${nodes}`]);
  await demo.until("stdout", /"agreement"/);
  demo.process.kill("SIGINT");
  const { status, stdout, stderr } = await demo.exit;
  expect({ status, stderr }).toEqual({ status: 130, stderr: "" });
  return objects(stdout);
}

function chapters(lines: readonly Record<string, unknown>[]): readonly unknown[] {
  return lines.filter(({ type }) => type === "story").map(({ chapter }) => chapter);
}

describe("a round of --fast", () => {
  test("has all its parts in order, for each number of nodes", SLOW, async () => {
    const [one = [], two = [], three = []] = await Promise.all([1, 2, 3].map(story));
    const first = ["start", "election", "writes", "crash"];
    // Without a majority there is no leader until the crashed node has restarted.
    const stuck = [...first, "writes", "recovery", "election", "agreement"];
    expect(chapters(one)).toEqual(stuck);
    expect(chapters(two)).toEqual(stuck);
    expect(chapters(three)).toEqual([...first, "election", "writes", "recovery", "agreement"]);
    expect(two.at(-1)).toMatchObject({ type: "end", crashes: 1, writes: 3, agreements: 1 });
    expect(three.at(-1)).toMatchObject({ type: "end", crashes: 1, writes: 6, agreements: 1 });
    checkLines(three);
  });

  function checkLines(lines: readonly Record<string, unknown>[]): void {
    const at = (chapter: string): number => lines.findIndex((line) => line["chapter"] === chapter);
    const crashed = lines.findIndex(({ type }) => type === "crashed");
    const started = lines.findIndex(({ type }) => type === "started");
    expect(crashed).toBeGreaterThan(at("crash"));
    expect(started).toBeGreaterThan(at("recovery"));
    expect(lines[crashed]).toMatchObject({ asked: true, node: lines[started]?.["node"] });
    // Before the comparison, the latest reports of the nodes are equal.
    const told = lines.slice(0, at("agreement"));
    const last = ["n1", "n2", "n3"].map((node) =>
      told.findLast((line) => line["type"] === "status" && line["node"] === node),
    );
    const applied = last.map((line) => line?.["applied"]);
    expect(new Set(applied).size).toBe(1);
    expect(last.map((line) => line?.["last"])).toEqual(applied);
    // Ended gracefully: every node was stopped, and nothing follows the end.
    const stopped = lines.slice(at("agreement")).filter(({ type }) => type === "stopped");
    expect(stopped).toHaveLength(3);
    expect(new Set(stopped.map(({ node }) => node))).toEqual(new Set(["n1", "n2", "n3"]));
    const times = lines.map(({ ms }) => ms as number);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }
});

describe("its end", () => {
  test("--seconds ends it with status 0, in text without colours", SLOW, async () => {
    const { status, stdout, stderr } = await kontiki(["demo", "--fast", "--seconds", "0.5"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^\nSTART: 3 nodes, each with its own thread/);
    expect(stdout).toMatch(/^n3 +\d\.\d{3} s {2}stopped +incarnation 1 +it is down$/m);
    expect(stdout).toMatch(/\n\nEnded after \d+\.\d s: \d+ leaders? .*\.\n$/s);
    expect(stdout).not.toContain("\u001b");
  });

  test("SIGTERM in the middle of it", SLOW, async () => {
    const demo = new Kontiki(["demo", "--fast", "--nodes", "1"], { FORCE_COLOR: "1" });
    await demo.until("stdout", /ELECTION: n\d leads term \d+/);
    demo.process.kill("SIGTERM");
    const { status, stdout } = await demo.exit;
    expect(status).toBe(143);
    expect(stdout).toContain("\u001b[36mn1 ");
    expect(stdout).toMatch(/Ended after .* 1 leader elected/);
  });

  test("a reader that closes the pipe", SLOW, async () => {
    const demo = new Kontiki(["demo", "--fast", "--nodes", "1"]);
    await demo.until("stdout", /START/);
    demo.process.stdout.destroy();
    expect((await demo.exit).status).toBe(0);
  });
});

test("the timers are those of the original, and shorter with --fast", async () => {
  const original = { nodes: 3, electionTimeoutMs: 10_000, heartbeatMs: 5_000 };
  const { started } = await runOnFake(["demo", "--seconds", "0.1"]);
  expect(started).toMatchObject(original);
  expect(
    (await runOnFake(["demo", "--seconds", "0.1", "--fast", "--nodes", "2"])).started,
  ).toMatchObject({ nodes: 2, electionTimeoutMs: 1000, heartbeatMs: 200 });
});

test("--help shows the timers, the exit status, and examples", async () => {
  const { status, stdout, stderr, started } = await runOnFake(["demo", "--help"]);
  expect({ status, stderr, started }).toEqual({ status: 0, stderr: "", started: undefined });
  expect(stdout).toMatch(/^Usage: kontiki demo \[options\]\n/);
  expect(stdout).toContain("\nExamples:\n  $ kontiki demo --fast\n");
  expect(stdout).toContain("an election after 10 to 20 s without a leader");
  expect(stdout).toContain("Exit status: 0 ended by --seconds");
});

describe("bad usage is one line and status 2, and nothing is started", () => {
  test.each([
    [["--nodes", "0"], "It must be a whole number from 1 to 3."],
    [["--nodes", "4"], "It must be a whole number from 1 to 3."],
    [["--seconds", "0"], "It must be a number of seconds from 0.1 to 86400."],
    [["--seconds", "soon"], "It must be a number of seconds from 0.1 to 86400."],
    [["--fast", "twice"], "too many arguments"],
    [["--slow"], "unknown option '--slow'"],
  ])("%j", async (argv, message) => {
    const { status, stdout, stderr, started } = await runOnFake(["demo", ...argv]);
    expect(stderr).toMatch(/^kontiki: .*\n$/);
    expect(stderr).toContain(message);
    expect({ status, stdout, started }).toEqual({ status: 2, stdout: "", started: undefined });
  });
});

describe("explanations", () => {
  const plain = colorsFor({ isTTY: false }, {});

  /** "role term leader last commit applied", as short as a table needs it. */
  function raft(text: string): RaftStatus {
    const [role, at, leader, last, commit, applied] = text.split(" ");
    return {
      role: role as RaftStatus["role"],
      term: term(Number(at)),
      leader: leader === "-" ? undefined : nodeId(leader ?? ""),
      last: index(Number(last)),
      commit: index(Number(commit)),
      applied: index(Number(applied)),
      first: index(1),
      snapshot: index(0),
      votes: true,
      repairing: false,
      lacks: undefined,
      receiving: undefined,
    };
  }

  function words(line: DemoLine): string | undefined {
    return demoText(line, 1234, ["n1"], plain)?.slice(69).trimEnd();
  }

  test.each([
    ["follower 0 - 0 0 0", "candidate 1 - 0 0 0", "hears from no leader: asks for votes"],
    [
      "follower 0 - 0 0 0",
      "preCandidate 0 - 0 0 0",
      "hears from no leader: asks who would vote for it",
    ],
    ["preCandidate 0 - 0 0 0", "candidate 1 - 0 0 0", "asks for votes"],
    ["candidate 1 - 0 0 0", "preCandidate 1 - 0 0 0", "not elected: asks who would vote for it"],
    ["candidate 1 - 0 0 0", "candidate 2 - 0 0 0", "not elected: asks for votes"],
    ["candidate 1 - 0 0 0", "leader 1 n1 1 0 0", "elected by a majority; appends entry 1"],
    ["follower 1 n2 3 3 3", "follower 2 - 3 3 3", "hears of an election"],
    ["follower 2 - 3 3 3", "follower 2 n3 3 3 3", "follows n3"],
    [
      "leader 2 n1 5 3 3",
      "follower 3 n2 4 4 4",
      "is no longer leader; follows n2; drops uncommitted entry 5; learns that entry 4 is committed; applied",
    ],
    ["leader 2 n1 3 3 3", "leader 2 n1 5 3 3", "appends entries 4 to 5"],
    ["leader 2 n1 5 3 3", "leader 2 n1 5 5 5", "a majority has entries 4 to 5: committed; applied"],
    ["follower 2 n2 3 3 3", "follower 2 n2 4 3 3", "writes entry 4"],
  ])("%s -> %s", (before, now, expected) => {
    const line = {
      type: "status",
      node: nodeId("n1"),
      before: raft(before),
      now: raft(now),
    } as const;
    expect(words(line)).toBe(expected);
  });

  test("after a start, and of events", () => {
    const node = nodeId("n1");
    const now = raft("follower 2 - 4 0 0");
    expect(demoText({ type: "status", node, before: undefined, now }, 1234, ["n1"], plain)).toBe(
      "n1       1.234 s  follower   term 2  last 4  commit 0  applied 0     " +
        "starts as a follower, with its log up to entry 4\n",
    );
    const crashed = { type: "crashed", node, incarnation: 1, crashes: 1, restartInMs: 9 } as const;
    expect(
      words({ type: "event", event: { ...crashed, asked: false, cause: "out of\nmemory" } }),
    ).toBe('it crashed: "out of\\nmemory"');
    const started = { type: "started", node, incarnation: 2, tornBytes: 7 } as const;
    expect(words({ type: "event", event: started })).toBe(
      "its thread runs again; 7 bytes of an unfinished write were cut off",
    );
    const trouble = { type: "trouble", node, what: "the disk\nis full" } as const;
    expect(words({ type: "event", event: trouble })).toBe('it takes no part: "the disk\\nis full"');
    expect(words({ type: "event", event: { type: "repaired", node } })).toBe("it takes part again");
    const command = { type: "put", key: "wave", value: "1" } as const;
    const outcome = { type: "unknown", reason: "it took too long" } as const;
    expect(words({ type: "client", command, outcome, tookMs: 5 })).toBe(
      "unknown whether done: it took too long",
    );
  });
});
