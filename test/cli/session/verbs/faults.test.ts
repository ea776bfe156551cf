import { beforeEach, describe, expect, test } from "vitest";
import { CRASH_POINTS } from "@kontiki/actors";
import { error, PromptSession } from "../../support/prompt-session.ts";

let session: PromptSession;

beforeEach(() => {
  session = new PromptSession();
});

/** What the last command has injected, as in a scenario's checked form. */
async function injected(line: string): Promise<readonly unknown[]> {
  const reply = await session.reply(line);
  if (!("json" in reply)) throw new Error(JSON.stringify(reply));
  return (reply.json as readonly { readonly fault: object }[]).map(({ fault }) => fault);
}

describe("a command injects the fault that a scenario names", () => {
  test.each([
    ["partition n1,n2 | n3", { groups: [["n1", "n2"], ["n3"]], shape: "groups" }],
    ["partition n1|n2 n3 --for 2s", { groups: [["n1"], ["n2", "n3"]], shape: "groups", for: 2000 }],
    ["partition halves n1", { shape: "halves", node: "n1" }],
    ["partition ring", { shape: "ring" }],
    ["isolate leader", { shape: "isolate", node: "n1" }],
  ])("%s", async (line, fields) => {
    expect(await injected(line)).toEqual([{ type: "partition", at: 0, ...fields }]);
  });

  test("a link, one fault for each option", async () => {
    expect(
      await injected(
        "link n1>n2 --loss 10% --delay 50ms --jitter 20ms --duplicate 1% --reorder --for 1s",
      ),
    ).toEqual(
      [
        { type: "loss", share: 0.1 },
        { type: "duplicate", share: 0.01, ms: [1, 50] },
        { type: "reorder", share: 0.1, ms: [1, 50] },
        { type: "delay", ms: [30, 70] },
      ].map((fault) => ({ ...fault, from: "n1", to: "n2", at: 0, for: 1000 })),
    );
    expect(await injected("link n1>* --cut")).toEqual([{ type: "oneWay", from: "n1", at: 0 }]);
    expect(await injected("link *>n3 --reorder 50%")).toEqual([
      { type: "reorder", to: "n3", share: 0.5, ms: [1, 50], at: 0 },
    ]);
    expect(await injected("link n1>n2 --delay 1.5s")).toEqual([
      { type: "delay", from: "n1", to: "n2", ms: [1500, 1500], at: 0 },
    ]);
    expect(await injected("link n1>n2 --delay 0.0000001ms")).toEqual([
      { type: "delay", from: "n1", to: "n2", ms: [1, 1], at: 0 },
    ]);
  });

  test.each([
    ["pause n2 --for 1s", { type: "pause", for: 1000 }],
    ["disk n2 full", { type: "diskFull" }],
    ["disk n2 slow 100ms", { type: "slowDisk", ms: [100, 100] }],
    ["disk n2 error", { type: "diskError", operation: "any" }],
    ["disk n2 error sync --for 3s", { type: "diskError", operation: "sync", for: 3000 }],
    ["disk n2 stall", { type: "stallDisk" }],
    ["disk n2 rot snapshot", { type: "bitRot", what: "snapshot" }],
    ["clock n2 --drift 5%", { type: "drift", rate: 1.05 }],
    ["clock n2 --drift -5%", { type: "drift", rate: 0.95 }],
    ["clock n2 --jump -2s", { type: "step", ms: -2000 }],
  ])("%s", async (line, fault) => {
    expect(await injected(line)).toEqual([{ node: "n2", at: 0, ...fault }]);
  });

  test("a crash at a point, with loss of power", async () => {
    const { faults } = session.cluster;
    const written: object[] = [];
    const inject = faults.inject.bind(faults);
    faults.inject = (one) => {
      written.push(one);
      return inject(one);
    };
    expect(
      await session.replies(
        "crash n2 --at inSync --power-loss --torn",
        "crash leader --power-loss --down 2s",
        "crash n2",
      ),
    ).toEqual([
      { text: "n2 crashes at inSync\n", json: "n2" },
      { text: "n1 crashed and lost power\n", json: "n1" },
      { text: "n2 crashed\n", json: "n2" },
    ]);
    expect(written).toEqual([
      { crash: { node: "n2", point: "inSync", kept: "torn", down: "0ms" } },
      { crash: { node: "n1", kept: "nothing", down: "2s" } },
    ]);
  });

  test("crash --points lists every point", async () => {
    const reply = await session.reply("crash --points");
    expect(reply).toMatchObject({ json: CRASH_POINTS });
    expect(reply).toMatchObject({ text: expect.stringContaining("inSync ") as string });
  });
});

test("faults shows the ledger, and heal takes faults from it", async () => {
  await session.replies("partition n1 n2 | n3", "pause n2", "disk n2 stall", "disk n3 slow 5ms");
  expect(await session.reply("faults")).toMatchObject({
    text: "1: partition n1 n2 | n3\n2: pause n2\n3: stallDisk n2\n4: slowDisk n3 ms 5\n",
  });
  const texts = await session.replies(
    "resume n2",
    "resume n2",
    "disk n2 heal",
    "heal 4",
    "heal 4",
    "heal n3",
    "heal",
    "faults",
  );
  expect(texts.map((reply) => ("text" in reply ? reply.text : reply.message))).toEqual([
    "healed\n2: pause n2\n",
    "n2 is not paused",
    "3: stallDisk n2\n",
    "healed\n4: slowDisk n3 ms 5\n",
    "there is no fault 4 in force",
    "healed\n1: partition n1 n2 | n3\n",
    "(no fault)\n",
    "(no fault)\n",
  ]);
});

test("a link of which one option is wrong injects nothing", async () => {
  const reply = await session.reply("link n1>n2 --loss 10% --duplicate lots");
  expect(reply).toMatchObject({ outcome: "error" });
  expect(session.cluster.faults.inForce).toEqual([]);
});

test.each([
  ["partition n1 | n9", "there is no node n9"],
  ["partition n1 |", "a group has no node: partition n1,n2 | n3"],
  ["partition ring n1 n2", 'partition does not know "n2"'],
  ["isolate n1 n2", 'isolate does not know "n2"'],
  ["link n1 --cut", 'a link is written as n1>n2, n1>* or *>n2, not "n1"'],
  ["link *>* --cut", "a link has a node at one of its ends: n1>* or *>n2"],
  ["link n1>n2 --for 1s", "link needs an option, such as --loss 10%"],
  ["link n1>n2 --slow 1s", 'link does not know "--slow"'],
  ["link n1>n2 --delay soon", 'a time is written as 50ms, 1.5s or 2m, not "soon"'],
  ["link n1>n1 --cut", "a link has two ends, and n1 is one node"],
  ["disk n1 slow", "a slow disk needs a time, such as disk n2 slow 100ms"],
  ["disk n1 slow --for 1s", "a slow disk needs a time, such as disk n2 slow 100ms"],
  ["disk n1 melt", 'a disk can be full, slow, error, stall, rot or heal, not "melt"'],
  ["disk n1 full 3", 'disk does not know "3"'],
  ["clock n1 --drift fast", 'a drift is written as 5% or -5%, not "fast"'],
  ["clock n1 forward 3s", 'clock does not know "forward"'],
  ["crash n1 --torn", 'crash does not know "--torn"'],
  ["crash --points n1", 'crash does not know "n1"'],
  ["heal n9", "there is no node n9"],
])("%s is refused", async (line, message) => {
  expect(await session.reply(line)).toEqual(error(message));
});

test("a cluster without faults refuses them", async () => {
  const { CommandSession, verbs } = await import("@kontiki/cli");
  const { signal } = session.controller;
  const bare = new CommandSession(verbs, session.cluster, signal);
  const words = ["isolate", "n1"].map((text) => ({ text, quoted: false }));
  expect(await bare.run(words)).toEqual(error("no fault can be injected into this cluster"));
});
