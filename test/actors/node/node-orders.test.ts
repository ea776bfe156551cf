/** Operators' requests to a node: from request to result, through turns, and over the control port. */
import { MessageChannel } from "node:worker_threads";
import { initialMembership, type Change, type NodeId } from "@kontiki/core";
import { encode } from "../../../packages/actors/src/bytes/codec.ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { Control } from "../../../packages/actors/src/supervision/control.ts";
import { exposeControl } from "../../../packages/actors/src/threads/control-endpoint.ts";
import type { Order } from "../../../packages/actors/src/node/letter.ts";
import type { ChangeAnswer, NodeControl } from "../../../packages/actors/src/mail/protocol.ts";
import { Orders } from "../../../packages/actors/src/node/orders.ts";
import {
  bench,
  commandOf,
  Journal,
  leadingBench,
  n1,
  n2,
  n3,
  opening,
  proposal,
  raft,
  turn,
  type Bench,
  type Given,
} from "../support/actors.ts";
import {
  appendAccepted,
  appendEntries,
  requestVote,
  timeoutNow,
  voteReply,
} from "../../core/support/core.ts";
import { failOnce, RunnerStage, settled, syncSlowly } from "../support/runner-stage.ts";

const REMOVE_3: readonly Change[] = [{ type: "remove", node: n3 }];
const UNDER_WAY = `a transfer to ${n2} is under way`;

/** Leads term 1: its no-op is committed, and n2 holds everything. */
function leading(given: Given = {}): { readonly at: Bench; readonly stage: RunnerStage } {
  const at = bench(given);
  const stage = new RunnerStage(at);
  stage.clock.advance(450);
  stage.turn(raft(n2, voteReply(1, true)));
  stage.turn(raft(n2, appendAccepted(1, 0)), raft(n3, appendAccepted(1, 0)));
  stage.turn(raft(n2, appendAccepted(1, 1)));
  stage.told();
  return { at, stage };
}

/** The present result of a promise: nothing yet, a value, or an error. */
async function now(promise: Promise<unknown>): Promise<unknown> {
  await settled();
  const pending = Symbol("nothing yet");
  const value = await Promise.race([promise, Promise.resolve(pending)]);
  return value === pending ? "nothing yet" : { value };
}

describe("notices of a turn name the event that caused them", () => {
  function order(at: Bench, event: Order): unknown {
    turn(at, { type: "order", event });
    return at.actor.takeNotices();
  }

  test("a membership change that is accepted, or rejected", () => {
    const at = leadingBench();
    const change = { type: "changeMembership", changes: REMOVE_3 } as const;
    expect(order(at, change)).toEqual([
      {
        type: "rejectChange",
        reason: "the leader has not committed an entry of its term yet",
        cause: change,
      },
    ]);
    turn(at, raft(n2, appendAccepted(1, 0)));
    turn(at, raft(n2, appendAccepted(1, 1)));
    expect(order(at, change)).toEqual([{ type: "changeTaken", index: 2, cause: change }]);
    expect(at.actor.takeNotices()).toEqual([]);
  });

  test("a transfer that cannot begin, and one that ends", () => {
    const at = leadingBench();
    turn(at, raft(n2, appendAccepted(1, 0)));
    turn(at, raft(n2, appendAccepted(1, 1)));
    const transfer = { type: "transfer", target: n2 } as const;
    expect(order(at, transfer)).toEqual([]);
    const again = { type: "transfer", target: n2 } as const;
    const refused = { type: "transferEnded", target: n2, reason: UNDER_WAY, cause: again };
    expect(order(at, again)).toEqual([refused]);
    const vote = requestVote(2, { lastIndex: 1, lastTerm: 1, transfer: true });
    turn(at, raft(n2, vote));
    expect(at.actor.takeNotices()).toMatchObject([
      {
        type: "transferEnded",
        target: n2,
        reason: undefined,
        cause: { type: "message", from: n2 },
      },
    ]);
  });

  test("a leader that hands over tells the target before the sync (dissertation 3.10)", () => {
    const at = leadingBench();
    turn(at, raft(n2, appendAccepted(1, 0)));
    turn(at, raft(n2, appendAccepted(1, 1)));
    expect(turn(at, { type: "order", event: { type: "transfer", target: undefined } })).toEqual({
      early: [{ to: n2, raft: [timeoutNow(1)] }],
      answers: [],
      promises: [],
      written: ["sync"],
    });
  });

  test("a node that is told to stand does so at once, and says that it is a transfer", () => {
    const at = bench();
    turn(at, raft(n2, appendEntries(1)));
    expect(turn(at, raft(n2, timeoutNow(1))).promises).toEqual([
      { to: n2, raft: [requestVote(2, { transfer: true })] },
      { to: n3, raft: [requestVote(2, { transfer: true })] },
    ]);
  });
});

describe("a requested membership change", () => {
  test("is answered with its entry, or with the reason", async () => {
    const { stage } = leading();
    expect(await stage.orders.changeMembership(REMOVE_3)).toEqual({ taken: true, index: 2 });
    expect(await stage.orders.changeMembership(REMOVE_3)).toEqual({
      taken: false,
      reason: "a membership change is under way",
    });
    const follower = new RunnerStage(bench());
    expect(await follower.orders.changeMembership(REMOVE_3)).toEqual({
      taken: false,
      reason: "this server does not lead",
    });
  });

  test("one that was lost with the disk is not answered with the result of the next", async () => {
    const { at, stage } = leading();
    failOnce(at.storage, "append");
    const lost = stage.orders.changeMembership(REMOVE_3);
    stage.openings.push(() => bench());
    stage.clock.advance(100);
    await settled();
    const next = stage.orders.changeMembership(REMOVE_3);
    expect([await now(lost), await next]).toEqual([
      "nothing yet",
      { taken: false, reason: "this server does not lead" },
    ]);
  });

  test("a node that has not started accepts no requests", async () => {
    await expect(new Orders().changeMembership([])).rejects.toThrow("has not started yet");
    await expect(new Orders().transfer(n2)).rejects.toThrow("has not started yet");
    await expect(new Orders().snapshot()).rejects.toThrow("has not started yet");
  });
});

describe("a requested transfer", () => {
  const vote = requestVote(2, { lastIndex: 1, lastTerm: 1, transfer: true });

  test("ends when this node no longer leads", async () => {
    const { stage } = leading();
    const transfer = stage.orders.transfer(n2);
    expect(await now(transfer)).toEqual("nothing yet");
    stage.turn(raft(n2, vote));
    expect(await transfer).toBeUndefined();
  });

  test("fails after an election timeout of heartbeats (dissertation 3.10)", async () => {
    const { stage } = leading();
    const transfer = stage.orders.transfer(undefined);
    stage.clock.advance(299);
    expect(await now(transfer)).toEqual("nothing yet");
    stage.clock.advance(1);
    expect(await transfer).toBe(`${n2} did not take over within an election timeout`);
  });

  test.each([
    ["to another server", n3],
    ["to the same one", n2],
    ["to the best candidate, which is the same one", undefined],
  ])("another %s is rejected and does not settle the first", async (_title, target) => {
    const { stage } = leading();
    const first = stage.orders.transfer(n2);
    expect(await stage.orders.transfer(target)).toBe(UNDER_WAY);
    expect(await now(first)).toEqual("nothing yet");
    stage.turn(raft(n2, vote));
    expect(await first).toBeUndefined();
  });

  test("one to the best candidate is settled by its own end, not by a rejection", async () => {
    const { stage } = leading();
    const first = stage.orders.transfer(undefined);
    const self = stage.orders.transfer(n1);
    const stranger = stage.orders.transfer("n9" as NodeId);
    expect([await self, await stranger, await now(first)]).toEqual([
      "it already leads",
      "n9 is not a voter",
      "nothing yet",
    ]);
    stage.turn(raft(n2, vote));
    expect(await first).toBeUndefined();
  });

  test("a transfer that the node starts because of a slow disk settles none", async () => {
    const { at, stage } = leading();
    const first = stage.orders.transfer(n2);
    syncSlowly(at, stage, 200);
    stage.turn();
    stage.turn();
    expect(await now(first)).toEqual("nothing yet");
    stage.turn(raft(n2, vote));
    expect(await first).toBeUndefined();
  });

  test("one that was lost with the disk is not settled by the end of another", async () => {
    const { at, stage } = leading();
    failOnce(at.storage, "sync");
    const lost = stage.orders.transfer(n2);
    stage.openings.push(() => leadingBench());
    stage.clock.advance(100);
    await settled();
    const next = stage.orders.transfer(n3);
    stage.clock.advance(300);
    expect([await next, await now(lost)]).toEqual([
      `${n3} did not take over within an election timeout`,
      "nothing yet",
    ]);
  });

  test("by a node that does not lead is rejected", async () => {
    const stage = new RunnerStage(bench());
    expect(await stage.orders.transfer(n2)).toBe("this server does not lead");
    expect(await stage.orders.transfer(undefined)).toBe("this server does not lead");
  });
});

/** A journal whose state takes several turns to write. */
class LargeJournal extends Journal {
  *snapshotParts(): Iterable<unknown> {
    for (let part = 0; part < 3; part += 1) yield new Uint8Array(1024 * 1024);
  }

  restoreParts(): void {}
}

describe("a requested snapshot", () => {
  test("is answered when it is durable, and covers everything that was committed when it was requested", async () => {
    const { at, stage } = leading({ machine: new LargeJournal() });
    const first = stage.orders.snapshot();
    expect(at.snapshots.newest).toBeUndefined();
    stage.turn(proposal(0, opening()));
    stage.turn(raft(n2, appendAccepted(1, 2)));
    const second = stage.orders.snapshot();
    expect(await first).toMatchObject({ index: 1 });
    const { index: end, size } = await second;
    expect([end, size, at.actor.state.snapshot]).toEqual([
      2,
      at.snapshots.newest?.size,
      at.snapshots.newest,
    ]);
  });

  test("is the last one when nothing was committed since", async () => {
    const { at, stage } = leading();
    const first = await stage.orders.snapshot();
    const { newest } = at.snapshots;
    expect([await stage.orders.snapshot(), at.snapshots.newest]).toEqual([first, newest]);
  });

  test("of nothing is rejected", async () => {
    const stage = new RunnerStage(bench());
    await expect(stage.orders.snapshot()).rejects.toThrow("nothing to take a snapshot of yet");
  });

  test("fails with its disk like any turn", async () => {
    const { at, stage } = leading();
    failOnce(at.snapshots, "begin");
    await expect(stage.orders.snapshot()).rejects.toThrow("its disk cannot be used");
    expect(stage.told()).toEqual([
      { type: "trouble", what: "cannot begin", condition: "disk failed", term: 1 },
    ]);
  });

  test("ends with the node", async () => {
    const { stage } = leading({ machine: new LargeJournal() });
    const snapshot = stage.orders.snapshot();
    stage.runner.stop();
    await expect(snapshot).rejects.toThrow("its disk cannot be used");
  });
});

/** The supervisor's end of the control port of a node. */
function controlOf(stage: RunnerStage): {
  readonly control: Control<NodeControl>;
  readonly stops: number[];
} {
  const { port1, port2 } = new MessageChannel();
  const stops: number[] = [];
  exposeControl([port2], stage.runner, stage.orders, () => {
    stops.push(1);
    stage.runner.stop();
  });
  const control = new Control<NodeControl>(n1, port1);
  onTestFinished(() => {
    port1.close();
    port2.close();
  });
  return { control, stops };
}

/** Far longer than any call takes. */
const LONG_MS = 60_000;

describe("over the control port", () => {
  test("the log is returned as lines for people, a bounded number, from the first existing one", async () => {
    const { stage } = leading({ policy: { entries: Infinity, bytes: Infinity } });
    stage.turn(proposal(1, opening(), commandOf(1, { type: "put", key: "a" })));
    stage.turn(raft(n2, appendAccepted(1, 3)));
    await stage.orders.changeMembership(REMOVE_3);
    const { control } = controlOf(stage);
    const log = (from: number, max: number): Promise<unknown> =>
      control.call("log", LONG_MS, (node) => node.log(from, max));
    const lines = [
      { type: "noop", index: 1, term: 1 },
      { type: "command", index: 2, term: 1, client: 7, sequence: 0, payload: new Uint8Array() },
      {
        type: "command",
        index: 3,
        term: 1,
        client: 7,
        sequence: 1,
        payload: encode({ type: "put", key: "a" }),
      },
      { type: "membership", index: 4, term: 1, membership: initialMembership([n1, n2]) },
    ];
    expect(await log(1, 100)).toEqual(lines);
    expect(await log(0, 2)).toEqual(lines.slice(0, 2));
    expect(await log(3, 1)).toEqual(lines.slice(2, 3));
    expect([await log(5, 100), await log(1, 0)]).toEqual([[], []]);
  });

  test("a compacted log begins with what is left", async () => {
    const { stage } = leading();
    stage.turn(proposal(1, opening()));
    stage.turn(raft(n2, appendAccepted(1, 2)));
    const { control } = controlOf(stage);
    const { size, index: end } = await control.call("snapshot", LONG_MS, (node) => node.snapshot());
    expect([end, size > 0]).toEqual([2, true]);
    stage.turn(proposal(2, commandOf(1, "a")));
    expect(await control.call("compact", LONG_MS, (node) => node.compact())).toEqual({
      first: 3,
    });
    expect(await control.call("log", LONG_MS, (node) => node.log(1, 9))).toEqual([
      { type: "command", index: 3, term: 1, client: 7, sequence: 1, payload: encode("a") },
    ]);
  });

  test("changes and transfers are answered, and the digest is that of the node", async () => {
    const { at, stage } = leading();
    const { control } = controlOf(stage);
    const change = async (node: {
      readonly changeMembership: NodeControl["changeMembership"];
    }): Promise<ChangeAnswer> => node.changeMembership(REMOVE_3);
    expect(await control.call("change", LONG_MS, change)).toEqual({ taken: true, index: 2 });
    expect(await control.call("transfer", LONG_MS, (node) => node.transfer(n1))).toBe(
      "it already leads",
    );
    expect(await control.call("digest", LONG_MS, (node) => node.digest())).toEqual(
      at.actor.digest(),
    );
  });

  test("a node whose disk cannot be used reports it", async () => {
    const { at, stage } = leading();
    const { control } = controlOf(stage);
    failOnce(at.storage, "sync");
    stage.turn();
    const why = `its disk cannot be used`;
    await expect(control.call("log", LONG_MS, (node) => node.log(1, 1))).rejects.toThrow(why);
    await expect(control.call("digest", LONG_MS, (node) => node.digest())).rejects.toThrow(why);
    await expect(control.call("compact", LONG_MS, (node) => node.compact())).rejects.toThrow(why);
    await expect(control.call("transfer", LONG_MS, (node) => node.transfer(n2))).rejects.toThrow(
      why,
    );
  });

  test("a stop is answered before the port closes", async () => {
    const { stage } = leading();
    const { control, stops } = controlOf(stage);
    await control.call("stop", LONG_MS, (node) => node.stop());
    expect([stops, stage.runner.actor]).toEqual([[1], undefined]);
  });
});
