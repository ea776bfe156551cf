import { encodeParcel, openParcel, type Envelope, type Parcel } from "@kontiki/actors/node";
import { nodeId, type NodeId } from "@kontiki/core";
import { encode } from "../../../packages/actors/src/bytes/codec.ts";
import { answers } from "../../actors/support/answers.ts";
import { headerOf } from "../../../packages/actors/src/sessions/command.ts";
import { describe, expect, test } from "vitest";
import type { PlannedOperation } from "../../../packages/testing/src/plan/plan.ts";
import type { CoreStep, Happening } from "../../../packages/testing/src/engine/observer.ts";
import type { SimClient } from "../../../packages/testing/src/simulation/sim-client.ts";
import { SimClients } from "../../../packages/testing/src/simulation/sim-clients.ts";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { LEADER, Stage as Nodes } from "../support/stage.ts";
import { FakeTimeline } from "../support/fake-timeline.ts";
import { planned } from "../support/plans.ts";
import { scenarioWith } from "../support/scenarios.ts";

const NODES: readonly NodeId[] = ["n1", "n2", "n3"].map(nodeId);
const PUT = { type: "put", key: "k", value: "v" };

type Asked = Parcel & { readonly type: "propose" | "read" };

/** Clients whose nodes are played by a test. */
class Stage {
  readonly timeline = new FakeTimeline();
  readonly sent: Envelope[] = [];
  readonly told: string[] = [];
  readonly clients: SimClients;

  constructor(
    operations: readonly PlannedOperation[],
    reads: "log" | "linearizable" = "linearizable",
    gatherMs?: number,
  ) {
    const { workload } = scenarioWith(undefined);
    this.clients = new SimClients(operations, {
      timeline: this.timeline,
      workload: { ...workload, reads, timeoutMs: 1000, gatherMs },
      news: { chance: new Chance(1), delayMs: [3, 3] },
      nodes: () => NODES,
      electionTimeoutMs: 100,
      heartbeatMs: 20,
      send: (letter) => this.sent.push(letter),
      onHappening: (happening) => this.#hear(happening),
      onClient: () => {},
    });
    this.clients.start();
  }

  get client(): SimClient {
    const [client] = this.clients.all;
    if (client === undefined) throw new Error("there is no client");
    return client;
  }

  /** What was sent last, and to whom. */
  last(): { readonly to: string; readonly parcel: Asked; readonly letter: Envelope } {
    const letter = this.sent.at(-1);
    const parcel = letter && openParcel(letter.bytes);
    if (letter === undefined || (parcel?.type !== "propose" && parcel?.type !== "read"))
      throw new Error("nothing was asked");
    return { to: letter.to, parcel, letter };
  }

  /** A node says something to a client. */
  says(parcel: Parcel, client = this.client, from = "n1"): void {
    const bytes = encodeParcel(parcel);
    client.receive({ from: nodeId(from), to: client.address, incarnation: 1, bytes });
  }

  /** Answers all commands of what was sent last. */
  answer(client = this.client): void {
    const { parcel } = this.last();
    if (parcel.type === "read")
      return this.says(
        { type: "readAnswers", id: parcel.id, results: parcel.questions.map(result) },
        client,
      );
    const sequences = parcel.commands.map((command) => headerOf(command).sequence);
    this.says({ type: "answers", ranges: answers(sequences, sequences.map(result)) }, client);
  }

  #hear(happening: Happening): void {
    const { now } = this.timeline;
    if (happening.type === "called") this.told.push(`${now} calls ${happening.operation.id}`);
    if (happening.type !== "returned") return;
    this.told.push(`${now} ${happening.operation.id}: ${happening.outcome.type}`);
  }
}

/** A result of a machine that answers null. */
function result(): Uint8Array {
  return encode([0, null]);
}

describe("a client", () => {
  test("runs one operation at a time, and not before its time", () => {
    const stage = new Stage([
      { ...planned(0, PUT), at: 10 },
      { ...planned(1, PUT), at: 20 },
      { ...planned(2, PUT), at: 500 },
    ]);
    stage.timeline.advance(100);
    expect(stage.told).toEqual(["10 calls 0"]);
    stage.answer();
    stage.timeline.advance(0);
    expect(stage.told).toEqual(["10 calls 0", "100 0: ok", "100 calls 1"]);
    stage.answer();
    stage.timeline.advance(1000);
    expect(stage.told.slice(3)).toEqual(["100 1: ok", "500 calls 2"]);
  });

  test("is idle when all its operations have ended, and then checks no deadline", () => {
    const stage = new Stage([planned(0, PUT)]);
    stage.timeline.advance(1);
    expect([stage.clients.isIdle, stage.timeline.pending]).toEqual([false, 1]);
    stage.answer();
    stage.timeline.advance(20);
    expect([stage.clients.isIdle, stage.timeline.pending]).toEqual([true, 0]);
  });

  test("that all share learns of each new leader, late, and sends it what it sent to another node", () => {
    for (const [gatherMs, all] of [
      [undefined, ["n2"]],
      [1, ["n2", "n3"]],
    ] as const) {
      const stage = new Stage([planned(0, PUT)], "log", gatherMs);
      const onStep = (step: CoreStep): void => stage.clients.onStep(step);
      const nodes = new Nodes(() => ({ onStep, onHappening: () => {} }));
      nodes.start("n3");
      stage.timeline.advance(1);
      nodes.step("n3", { role: LEADER });
      nodes.step("n3", { role: { ...LEADER, round: 1 } });
      stage.timeline.advance(2);
      expect(stage.sent.map(({ to }) => to)).toEqual(["n2"]);
      stage.timeline.advance(1);
      expect(stage.sent.map(({ to }) => to)).toEqual(all);
    }
  });

  test("begins nothing more once it is stopped, and gets the answers to open operations", () => {
    const stage = new Stage([planned(0, PUT), planned(1, PUT)]);
    stage.timeline.advance(1);
    stage.clients.stop();
    stage.answer();
    stage.timeline.advance(2000);
    expect(stage.told).toEqual(["0 calls 0", "1 0: ok"]);
  });

  test("retries when no answer came, after longer delays, and has an unknown outcome at its deadline", () => {
    const stage = new Stage([planned(0, PUT)]);
    stage.timeline.advance(399);
    expect(stage.sent).toHaveLength(1);
    stage.timeline.advance(21);
    expect(stage.sent).toHaveLength(2);
    stage.timeline.advance(579);
    expect(stage.sent).toHaveLength(2);
    stage.timeline.advance(21);
    expect(stage.told).toEqual(["0 calls 0", "1000 0: unknown"]);
  });

  test("has a definite outcome when every attempt was refused", () => {
    const stage = new Stage([planned(0, PUT)]);
    stage.timeline.advance(0);
    for (let tries = 0; tries < 60; tries += 1) {
      const { parcel } = stage.last();
      stage.says({ type: "refused", id: parcel.id, reason: "notLeader", leader: undefined });
      stage.timeline.advance(20);
    }
    expect(stage.told).toEqual(["0 calls 0", "1000 0: definitelyNot"]);
    expect(new Set(stage.sent.map(({ to }) => to))).toEqual(new Set(NODES));
  });

  test("turns at once to the leader that a refusal names", () => {
    const stage = new Stage([planned(0, PUT)]);
    stage.timeline.advance(0);
    const { to, parcel } = stage.last();
    const leader = NODES.findLast((node) => node !== to);
    stage.says({ type: "refused", id: parcel.id, reason: "notLeader", leader });
    expect([stage.sent.length, stage.last().to]).toEqual([2, leader]);
  });

  test.each([
    ["nobody runs there: another node", false, false],
    ["there is no room: the same node", true, true],
  ])("whose letter cannot be delivered, as %s, after a pause", (_title, isFull, isSame) => {
    for (const read of [false, true]) {
      const stage = new Stage([planned(0, { type: "get", key: "k" }, read)]);
      stage.timeline.advance(0);
      const { id } = stage.last().parcel;
      const leader = nodeId("n1");
      stage.says(
        read
          ? { type: "readRefused", id, leader }
          : { type: "refused", id, reason: "notLeader", leader },
      );
      stage.client.undeliverable(stage.last().letter, isFull);
      expect(stage.sent).toHaveLength(2);
      stage.timeline.advance(20);
      expect([stage.sent.length, stage.last().to === leader]).toEqual([3, isSame]);
      stage.answer();
      expect(stage.told.at(-1)).toBe("20 0: ok");
    }
  });

  test("reads without the log, unless reads must go through it", () => {
    const question = planned(0, { type: "get", key: "k" }, true);
    const kinds = (["linearizable", "log"] as const).map((reads) => {
      const stage = new Stage([question], reads);
      stage.timeline.advance(0);
      return stage.last().parcel.type;
    });
    expect(kinds).toEqual(["read", "propose"]);
  });

  test("reads as the plan says for each read, whatever the workload says", () => {
    const read = planned(0, { type: "get", key: "k" }, true);
    const stage = new Stage([{ ...read, reading: { consistency: "lease", node: "n3" } }], "log");
    stage.timeline.advance(0);
    const { to, parcel } = stage.last();
    expect([to, parcel.type, parcel.type === "read" && parcel.consistency]).toEqual([
      "n3",
      "read",
      "lease",
    ]);
  });

  test("asks another node once it learns that its node has died", () => {
    const stage = new Stage([planned(0, PUT)]);
    stage.timeline.advance(0);
    const { to } = stage.last();
    stage.client.nodeDied(nodeId(to));
    stage.timeline.advance(20);
    expect([stage.sent.length, stage.last().to === to]).toEqual([2, false]);
    stage.answer();
    expect(stage.told).toEqual(["0 calls 0", "20 0: ok"]);
  });

  test("ignores bytes that are not a message", () => {
    const stage = new Stage([planned(0, PUT)]);
    stage.timeline.advance(0);
    const { address } = stage.client;
    const bytes = Uint8Array.from([0xc1, 1, 2]);
    const letter = { from: nodeId("n1"), to: address, incarnation: 1, bytes };
    stage.client.receive(letter);
    stage.client.undeliverable(letter, false);
    expect([stage.sent.length, stage.told]).toEqual([1, ["0 calls 0"]]);
  });
});

test("each client has its own operations, in the order of time", () => {
  const stage = new Stage([
    { ...planned(0, PUT), at: 30 },
    { ...planned(1, PUT), client: 2, at: 20 },
    { ...planned(2, PUT), at: 10 },
  ]);
  stage.timeline.advance(50);
  expect(stage.told).toEqual(["10 calls 2", "20 calls 1"]);
  expect(stage.clients.all.map(({ number, pending }) => [number, pending])).toEqual([
    [1, 1],
    [2, 0],
    [3, 1],
  ]);
});
