import { nodeId, type Change, type NodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { headerOf } from "../../../packages/actors/src/sessions/command.ts";
import type { Range } from "../../../packages/testing/src/scenario/fault.ts";
import type { LimitSettings } from "../../../packages/testing/src/scenario/scenario.ts";
import { CLUSTER } from "../support/scenarios.ts";
import { puts, simPlan, SimStage } from "../support/sim-stage.ts";

/** A cluster of three that is asked for something all the time, and one of its followers. */
function busy(changes: Parameters<typeof simPlan>[0] = {}): { stage: SimStage; node: NodeId } {
  const stage = new SimStage(simPlan(changes, { operations: puts(2000) }));
  const node = stage.follower();
  stage.run(200);
  return { stage, node };
}

/** The last entry that a node found on its disk when it started last. */
function found(stage: SimStage): number {
  const { recovered } = stage.of("started").at(-1) ?? {};
  return recovered?.entries.at(-1)?.index ?? recovered?.snapshot?.index ?? 0;
}

describe("bounds that a scenario lowers", () => {
  /** The letters and entries of each turn of a busy cluster. */
  function turns(limits: LimitSettings | undefined, turnDelayMs?: Range): readonly number[] {
    const cluster = { ...CLUSTER, limits, turnDelayMs };
    const operations = puts(4000, 2).map((put) => ({ ...put, client: put.id % 16 }));
    const stage = new SimStage(simPlan({ cluster, disk: { syncMs: [12, 12] } }, { operations }));
    stage.elect();
    const letters: number[] = [];
    for (const { process } of stage.world.all) {
      const { port } = process ?? {};
      if (port === undefined) continue;
      const post = port.post.bind(port);
      port.post = (message) => {
        if (message.type === "turn") letters.push(message.taken.letters);
        post(message);
      };
    }
    stage.run(500);
    expect(stage.finish()).toEqual([]);
    return letters;
  }

  const NO_LIMITS = {
    maxInflightBytes: undefined,
    maxUncommittedBytes: undefined,
    mailboxLetters: undefined,
    turnLetters: undefined,
    turnEntries: undefined,
    sessions: undefined,
    sessionEntries: undefined,
  };

  test("a turn takes as many letters as it may, and waits for as long as it must", () => {
    const [usual, single, late] = [
      turns(undefined),
      turns({ ...NO_LIMITS, turnLetters: 1 }),
      turns(undefined, [30, 30]),
    ].map((letters) => ({ turns: letters.length, most: Math.max(...letters) }));
    expect(single?.most).toBe(1);
    expect(usual?.most).toBeGreaterThan(1);
    expect(late?.turns).toBeLessThan((usual?.turns ?? 0) * 0.7);
  });

  test("a mailbox takes as many letters as it may", () => {
    const operations = Array.from({ length: 40 }, (_none, id) => ({
      id,
      at: 100,
      client: id,
      command: { type: "append", key: "k", value: "x" },
      read: false,
    }));
    const lostIn = (mailboxLetters: number | undefined): number => {
      const cluster = { ...CLUSTER, limits: { ...NO_LIMITS, mailboxLetters } };
      const stage = new SimStage(simPlan({ cluster }, { operations }));
      stage.run(2000);
      expect(stage.finish()).toEqual([]);
      return stage.of("lost").filter(({ reason }) => reason === "mailbox full").length;
    };
    expect([lostIn(undefined) > 0, lostIn(12) > 0]).toEqual([false, true]);
  });

  test("sessions end when there is no room, and the client's commands are applied once all the same", () => {
    const operations = Array.from({ length: 60 }, (_none, id) => ({
      id,
      at: id * 20,
      client: id % 4,
      command: { type: "append", key: "k", value: "x" },
      read: false,
    }));
    const cluster = { ...CLUSTER, limits: { ...NO_LIMITS, sessions: 1, turnEntries: 1 } };
    const stage = new SimStage(simPlan({ cluster }, { operations }));
    stage.run(1500);
    expect(stage.of("returned").filter(({ outcome }) => outcome.type === "ok")).toHaveLength(60);
    expect(stage.finish()).toEqual([]);
    const openings = new Set(
      stage.steps.flatMap(({ effects }) =>
        effects.flatMap((effect) =>
          effect.type === "appendLog"
            ? effect.entries.flatMap((entry) =>
                entry.type === "command" && headerOf(entry.command).sequence === 0
                  ? [entry.index]
                  : [],
              )
            : [],
        ),
      ),
    );
    expect(openings.size).toBeGreaterThan(4);
  });
});

describe("a process that ends", () => {
  /** A follower whose disk takes long, with an entry written that is not synced. */
  function writing(): { stage: SimStage; node: NodeId; last: number } {
    const { stage, node } = busy({ disk: { syncMs: [15, 15] } });
    const before = stage.of("synced").length;
    stage.until("an entry that is not durable", () => {
      const { log, state } = stage.actor(node);
      return stage.of("synced").length > before && log.lastIndex > state.durable;
    });
    return { stage, node, last: stage.actor(node).log.lastIndex };
  }

  test("keeps what it wrote while its machine has power", () => {
    const { stage, node, last } = writing();
    stage.world.crash(node, "a test", undefined);
    stage.world.start(node);
    expect(found(stage)).toBe(last);
    expect(stage.finish()).toEqual([]);
  });

  test("without power keeps what was synced", () => {
    const { stage, node, last } = writing();
    const { durable } = stage.actor(node).state;
    stage.world.crash(node, "a test", "nothing");
    stage.world.start(node);
    expect(found(stage)).toBe(durable);
    expect(durable).toBeLessThan(last);
    expect(stage.finish()).toEqual([]);
  });

  test.each([
    [undefined, true],
    ["everything", false],
  ] as const)("is heard of by its peers, power: %s: %s", (kept, isHeard) => {
    const { stage } = busy();
    const leader = stage.elect();
    stage.world.crash(leader, "a test", kept);
    const from = stage.steps.length;
    stage.run(50);
    const heard = stage.steps.slice(from).filter(({ event }) => event.type === "peerDown");
    expect(heard.length > 0).toBe(isHeard);
  });

  test("is heard of by its peers and by clients after the time that the scenario gives", () => {
    const { stage } = busy({ cluster: { ...CLUSTER, obituaryMs: [80, 80] } });
    const leader = stage.elect();
    const died: [string, number][] = [];
    for (const client of stage.simulation.clients.all)
      client.nodeDied = (node) => died.push([node, stage.simulation.now]);
    const [from, at] = [stage.steps.length, stage.simulation.now];
    stage.world.crash(leader, "a test", undefined);
    const heard = (): number =>
      stage.steps.slice(from).filter(({ event }) => event.type === "peerDown").length;
    stage.run(70);
    expect([heard(), died]).toEqual([0, []]);
    stage.run(20);
    expect([heard() > 0, died]).toEqual([true, [[leader, at + 80]]]);
    expect(stage.finish()).toEqual([]);
  });

  test("sends nothing more, and receives nothing more", () => {
    const { stage, node } = busy();
    stage.world.crash(node, "a test", undefined);
    const [steps, happened] = [stage.steps.length, stage.happened.length];
    stage.run(500);
    expect(stage.steps.slice(steps).some((step) => step.node === node)).toBe(false);
    const since = stage.happened.slice(happened);
    expect(since.filter((each) => each.type === "posted" && each.from === node)).toEqual([]);
    const lost = since.filter((each) => each.type === "lost" && each.to === node);
    expect(new Set(lost.map((each) => each.type === "lost" && each.reason))).toEqual(
      new Set(["not running"]),
    );
  });

  test("leaves letters that are not mistaken for its successor's", () => {
    const { stage, node } = busy({ network: { latencyMs: [20, 20] } });
    const isUnderWay = (): boolean =>
      stage.of("posted").filter(({ from }) => from === node).length >
      stage.of("delivered").filter(({ from }) => from === node).length;
    stage.until("a letter of the follower", isUnderWay);
    stage.world.crash(node, "a test", undefined);
    stage.world.start(node);
    const from = stage.happened.length;
    stage.run(20);
    const lost = stage.happened.slice(from).filter((each) => each.type === "lost");
    expect(lost).toMatchObject([{ from: node, reason: "stale incarnation" }]);
    expect(stage.finish()).toEqual([]);
  });

  test("stops gracefully: everything that it sent is durable", () => {
    const { stage, node } = busy();
    stage.world.stop(node);
    expect(stage.of("ended")).toMatchObject([{ node, cause: "it is stopped", kept: undefined }]);
    stage.world.start(node);
    expect(stage.finish()).toEqual([]);
  });
});

describe("a paused process", () => {
  test("does nothing until it resumes, and then handles what came meanwhile, in its order", () => {
    const { stage, node } = busy();
    const { world } = stage;
    world.pause(node);
    const [steps, happened] = [stage.steps.length, stage.happened.length];
    stage.run(100);
    expect(stage.steps.slice(steps).filter((step) => step.node === node)).toEqual([]);
    const sent = stage.happened
      .slice(happened)
      .flatMap((each) => (each.type === "delivered" && each.to === node ? [each.from] : []));
    expect(sent.length).toBeGreaterThan(2);
    world.resume(node);
    const heard = stage.steps
      .slice(steps)
      .flatMap(({ node: at, event }) =>
        at === node && event.type === "message" && event.message.type === "appendEntries"
          ? [event.message.round]
          : [],
      );
    expect(heard.length).toBeGreaterThan(2);
    expect(heard).toEqual(heard.toSorted((one, other) => one - other));
    expect(stage.finish()).toEqual([]);
  });

  test("that ends while paused has done nothing of it", () => {
    const { stage, node } = busy();
    stage.world.pause(node);
    stage.run(100);
    stage.world.crash(node, "a test", undefined);
    const steps = stage.steps.length;
    stage.world.resume(node);
    expect(stage.steps.length).toBe(steps);
    stage.world.start(node);
    expect(stage.finish()).toEqual([]);
  });
});

describe("disks", () => {
  test("a node whose disk was wiped rejoins with another disk", () => {
    const { stage, node } = busy();
    stage.world.wipe(node);
    expect([stage.world.uid(node), found(stage), stage.world.isIntact(node)]).toEqual([
      1,
      0,
      false,
    ]);
    stage.until("it votes again", () => stage.world.isIntact(node));
    expect(stage.world.membership().uids).toEqual({ [node]: 1 });
    expect(stage.finish()).toEqual([]);
  });

  test("of another node are refused, and accepted when they are back in place", () => {
    const { stage } = busy();
    const { world } = stage;
    const [one, other] = [nodeId("n1"), nodeId("n2")];
    for (const node of [one, other]) world.crash(node, "a test", undefined);
    world.swapDisks(one, other);
    for (const node of [one, other]) world.start(node);
    expect([world.isRunning(one), world.isRunning(other)]).toEqual([false, false]);
    expect(stage.of("refused")).toMatchObject([
      { node: one, reason: expect.stringMatching(/disk of n2, not of n1/) as string },
      { node: other, reason: expect.stringMatching(/disk of n1, not of n2/) as string },
    ]);
    world.swapDisks(one, other);
    expect(stage.finish()).toEqual([]);
  });

  test("of another node are refused, also a new one that its node has never run with", () => {
    const { stage } = busy();
    const { world } = stage;
    const [one, other] = [nodeId("n1"), nodeId("n2")];
    world.pause(other);
    world.wipe(other);
    for (const node of [one, other]) world.crash(node, "a test", undefined);
    world.swapDisks(one, other);
    for (const node of [one, other]) world.start(node);
    expect(stage.of("refused")).toMatchObject([
      { node: one, reason: expect.stringMatching(/disk of n2, not of n1/) as string },
    ]);
    // A node that is paused has not looked at it.
    expect([one, other].map((node) => world.withOthersDisk(node))).toEqual(["refused", undefined]);
    world.resume(other);
    expect([one, other].map((node) => world.withOthersDisk(node))).toEqual(["refused", "refused"]);
    world.swapDisks(one, other);
    for (const node of [one, other]) world.start(node);
    expect(stage.finish()).toEqual([]);
  });

  test("that fail take the node down, and bring it back when they work again", () => {
    const { stage, node } = busy();
    const end = stage.world.disk(node).beginErrors("sync");
    const errors = (): number => stage.simulation.counters.of("disk.errors.sync");
    stage.until("its disk fails", () => errors() > 0);
    stage.run(300);
    end();
    stage.until("it has started", () => stage.of("ended").length > 0);
    expect(stage.of("ended")).toMatchObject([{ node, cause: "its disk failed", kept: undefined }]);
    expect(stage.of("started").at(-1)).toMatchObject({ node, incarnation: 1 });
    expect(stage.finish()).toEqual([]);
  });

  test("that fail while a node starts do not make it forget what it knew", () => {
    const { stage, node } = busy();
    const { world } = stage;
    const { commit } = stage.actor(node).state;
    world.crash(node, "a test", undefined);
    const end = world.disk(node).beginErrors("read");
    world.start(node);
    expect(stage.of("refused")).toMatchObject([{ node }]);
    expect(stage.node(node).last?.actor?.state.commit).toBe(commit);
    end();
    expect(stage.finish()).toEqual([]);
  });
});

describe("membership", () => {
  test("an added node catches up and votes; a removed one is gone permanently", () => {
    const { stage, node } = busy();
    const { world } = stage;
    const added = world.addNode();
    expect([added, world.uid(added), world.isIntact(added)]).toEqual(["n4", 1, false]);
    const join: Change = {
      type: "addLearner",
      node: added,
      uid: world.uid(added),
      promote: true,
      replaces: undefined,
    };
    const refusals: (string | undefined)[] = [];
    world.change([join], (refusal) => refusals.push(refusal));
    const isDecided = (isMember: boolean, name: NodeId): boolean => {
      const [known, ...others] = world.memberships();
      return others.length === 0 && known?.voters.includes(name) === isMember;
    };
    stage.until("it votes", () => isDecided(true, added));
    world.change([{ type: "remove", node }], (refusal) => refusals.push(refusal));
    stage.until("one has left", () => isDecided(false, node));
    world.removeNode(node);
    expect(refusals).toEqual([undefined, undefined]);
    expect(world.nodes).toHaveLength(3);
    expect(stage.finish()).toEqual([]);
  });

  test("a paused leader answers when it resumes, and a crashed one never does", () => {
    const { stage, node } = busy();
    const { world } = stage;
    const leader = stage.elect();
    const refusals: (string | undefined)[] = [];
    const ask = (): void =>
      world.change([{ type: "remove", node }], (refusal) => refusals.push(refusal));
    world.pause(leader);
    ask();
    stage.run(50);
    expect(refusals).toEqual([]);
    world.resume(leader);
    stage.run(10);
    expect(refusals).toEqual([undefined]);
    world.pause(leader);
    ask();
    world.crash(leader, "a test", undefined);
    stage.run(50);
    expect(refusals).toEqual([undefined, "the process that was asked has ended"]);
    expect(stage.finish()).toEqual([]);
  });

  test("without a leader no change is accepted", () => {
    const stage = new SimStage(simPlan());
    const refusals: (string | undefined)[] = [];
    stage.world.change([{ type: "remove", node: nodeId("n1") }], (refusal) =>
      refusals.push(refusal),
    );
    expect(refusals).toEqual(["no leader"]);
  });

  test("a node with another entry at a committed index does not count that entry as committed", () => {
    const stage = new SimStage(simPlan({ cluster: { ...CLUSTER, preVote: false } }));
    const { world } = stage;
    const deposed = stage.elect();
    stage.run(200);
    const end = world.network.beginCut(
      "partition",
      (from, to) => [from, to].includes(deposed) && from !== to,
    );
    const [, , other] = [deposed, ...world.nodes.filter((node) => node !== deposed)];
    world.change([{ type: "remove", node: nodeId(other ?? "") }], () => {});
    const { lastIndex } = stage.actor(deposed).log;
    stage.until("another leads, and has committed as much", () => {
      const leader = world.leader();
      return (
        leader !== undefined && leader !== deposed && stage.actor(leader).state.commit >= lastIndex
      );
    });
    expect(world.memberships().map(({ voters }) => voters.length)).toContain(3);
    end();
    expect(stage.finish()).toEqual([]);
  });
});
