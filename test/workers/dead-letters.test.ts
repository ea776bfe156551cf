import { type ClusterEvent } from "@kontiki/actors";
import { nodeId } from "@kontiki/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { RESTART_DEFAULTS } from "../../packages/actors/dist/supervision/restart-policy.js";
import type { MailboxLimits } from "../../packages/actors/dist/lanes/mailbox-table.js";
import { MAILBOX_DEFAULTS } from "../../packages/actors/dist/mailboxes/router.js";
import { Supervisor } from "../../packages/actors/dist/threads/supervisor.js";
import { nextEvent, put, record, start, valueOf } from "./support/clusters.ts";

test("mail for a node that is down is counted, and reported once", async () => {
  // From the very first event on: a node that starts later than the others misses mail, too.
  const events: ClusterEvent[] = [];
  const cluster = await start({ onEvent: (event) => events.push(event) });
  await cluster.node("n3").stop();
  const key = "n3: not running";
  for (let count = 0; count < 5; count = cluster.deadLetters.get(key) ?? 0)
    valueOf(await cluster.propose(put("a", "1")));
  const told = events.filter(
    (event) => event.type === "deadLetter" && event.to === "n3" && event.reason === "not running",
  );
  expect(told).toEqual([{ type: "deadLetter", to: "n3", reason: "not running" }]);
});

const [N1, N2] = [nodeId("n1"), nodeId("n2")];

/** Two running nodes without elections, and nothing around them. */
async function twoNodes(mailbox: MailboxLimits = MAILBOX_DEFAULTS): Promise<Supervisor> {
  const supervisor = new Supervisor({
    voters: [N1, N2],
    nodes: [N1, N2].map((node) => ({ node, uid: 0, path: undefined })),
    spec: {
      stateMachine: new URL("../../packages/actors/dist/machine/key-value.js", import.meta.url)
        .href,
      electionTimeoutMs: 2 ** 29,
      heartbeatMs: 50,
      heapMiB: 256,
      snapshots: { entries: 1000, bytes: 2 ** 20, share: 0, inTurns: false },
      keptEntries: 0,
      maxUncommittedBytes: 2 ** 20,
      preVote: true,
      leases: undefined,
      checks: { snapshots: false, throws: "allow" },
      trace: undefined,
      probe: { cells: new SharedArrayBuffer(32), channel: "kontiki:dead-letters", epochMs: 0 },
    },
    levelsBelow: () => 0,
    policy: RESTART_DEFAULTS,
    mailbox,
    dataDir: undefined,
  });
  onTestFinished(async () => {
    for (const child of supervisor.children) {
      if (child.thread === undefined) continue;
      const stopped = nextEvent(supervisor, "stopped", ({ node }) => node === child.id);
      child.close(60_000, "the test is over");
      await stopped;
    }
    supervisor.close();
  });
  for (const child of supervisor.children) {
    const started = nextEvent(supervisor, "started");
    child.start();
    await started;
  }
  return supervisor;
}

function letter(to: string, incarnation = 1) {
  return { to: nodeId(to), from: N1, incarnation, bytes: Uint8Array.of(0xc1) };
}

describe("the mail of a supervisor", () => {
  test("of an incarnation that is gone is dropped, counted, and reported once", async () => {
    const supervisor = await twoNodes();
    const events = record(supervisor);
    const started = nextEvent(supervisor, "started");
    supervisor.child("n1")?.crash();
    expect((await started).incarnation).toBe(2);

    expect(supervisor.router.route(letter("n2", 1))).toBe("stale incarnation");
    expect(supervisor.router.route(letter("n2", 1))).toBe("stale incarnation");
    expect(supervisor.router.route(letter("n2", 2))).toBe(undefined);
    expect(supervisor.deadLetters.get("n2: stale incarnation")).toBe(2);
    const told = events.filter(({ type }) => type === "deadLetter");
    expect(told).toEqual([{ type: "deadLetter", to: "n2", reason: "stale incarnation" }]);
  });

  test("of a node that is down is dropped too", async () => {
    const supervisor = await twoNodes();
    const stopped = nextEvent(supervisor, "stopped");
    supervisor.child("n1")?.stop(60_000);
    await stopped;
    expect(supervisor.router.route(letter("n2", 1))).toBe("stale incarnation");
    expect(supervisor.router.route(letter("n1", 1))).toBe("not running");
  });

  test("to an unknown address is counted", async () => {
    const supervisor = await twoNodes();
    expect(supervisor.router.route(letter("n9"))).toBe("unknown address");
    expect(supervisor.deadLetters.get("n9: unknown address")).toBe(1);
  });

  test("that a node cannot read is counted, and the node survives", async () => {
    const supervisor = await twoNodes();
    const events = record(supervisor);
    const told = nextEvent(supervisor, "deadLetter");
    supervisor.router.route(letter("n2"));
    expect(await told).toEqual({ type: "deadLetter", to: "n2", reason: "malformed" });
    expect(supervisor.deadLetters.get("n2: malformed")).toBe(1);
    expect(events.filter(({ type }) => type === "crashed")).toEqual([]);
  });

  test("over the bound of a mailbox is refused until the node has read what is there", async () => {
    const supervisor = await twoNodes({ letters: 2, bytes: 1000 });
    const route = (): unknown => supervisor.router.route(letter("n2"));
    const taken = nextEvent(supervisor, "deadLetter", ({ reason }) => reason === "malformed");
    expect([route(), route(), route()]).toEqual([undefined, undefined, "mailbox full"]);
    expect(supervisor.deadLetters.get("n2: mailbox full")).toBe(1);
    await taken;
    expect(route()).toBe(undefined);
  });
});
