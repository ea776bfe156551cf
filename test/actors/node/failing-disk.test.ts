/** A node whose disk fails while it runs (pitfall 24): nothing leaves that depends on it, and nothing is accepted. */
import { initialMembership } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../../packages/actors/src/mail/address.ts";
import { encode } from "../../../packages/actors/src/bytes/codec.ts";
import {
  bench,
  CLIENT,
  commandOf,
  letter,
  n2,
  n3,
  NODES,
  proposal,
  raft,
} from "../support/actors.ts";
import { appendAccepted, appendEntries, requestVote } from "../../core/support/core.ts";
import { failOnce, RunnerStage } from "../support/runner-stage.ts";
import { diskTrouble, ENTRIES, following, leading } from "../support/node-stages.ts";

const client = clientAddress(CLIENT);

describe("in a turn in which the disk fails nothing leaves that depends on it", () => {
  test.each([
    ["when it accepts the entries", "append"],
    ["when it writes the batch", "flush"],
    ["when it is synced", "sync"],
  ] as const)("%s", (_title, call) => {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, call);
    stage.turn(raft(n2, ENTRIES), raft(n3, requestVote(2)));
    expect(stage.told()).toEqual([diskTrouble(`cannot ${call}`)]);
    expect([stage.runner.actor, at.storage.take().at(-1)]).toEqual([undefined, "close"]);
  });

  test("when it fails after the sync", () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.actor, "finish");
    stage.turn(raft(n2, ENTRIES));
    expect([stage.told(), stage.runner.actor]).toEqual([[diskTrouble("cannot finish")], undefined]);
  });

  test("when a snapshot chunk is saved", () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.snapshots, "receive");
    const snapshot = { index: 9, term: 1, membership: initialMembership(NODES), size: 2 };
    const chunk = { type: "snapshotChunk", term: 1, offset: 0, bytes: new Uint8Array(1) };
    stage.turn(raft(n2, { ...chunk, snapshot: { ...snapshot, checksum: 1 } }));
    expect([stage.told(), stage.runner.actor]).toEqual([
      [diskTrouble("cannot receive")],
      undefined,
    ]);
  });

  test("it makes no difference if the storage cannot even be closed", () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, "sync");
    failOnce(at.storage, "close");
    stage.turn(raft(n2, ENTRIES));
    expect(stage.told()).toEqual([diskTrouble("cannot sync")]);
  });

  test("a leader's entries and answers have left, as they do not depend on its disk; it no longer leads", () => {
    const at = bench();
    const stage = leading(at);
    stage.turn(proposal(1, commandOf(1, "a")));
    stage.told();
    failOnce(at.storage, "sync");
    stage.turn(
      raft(n2, appendAccepted(1, 3)),
      raft(n3, requestVote(0)),
      proposal(2, commandOf(2, "b")),
    );
    expect(stage.told()).toMatchObject([
      { to: n2, raft: [{ type: "appendEntries", entries: ["4@1 7/2"] }] },
      { to: n3, raft: [{ type: "appendEntries", entries: ["4@1 7/2"] }] },
      { to: client, answers: { 1: { type: "ok", value: 1 } } },
      diskTrouble("cannot sync"),
    ]);
  });

  test("its last status says that it does not lead; what it took from the mailbox is counted with its last mail", () => {
    const at = bench();
    const stage = leading(at);
    failOnce(at.storage, "flush");
    stage.turn(proposal(2, commandOf(2, "b")), proposal(3, commandOf(3, "c")));
    expect(stage.statuses()).toEqual([
      // With the entries, which leave before they are written.
      { taken: 2, malformed: 0 },
      { role: "follower", term: 1, leader: undefined, taken: 0, malformed: 0 },
    ]);
  });

  test("its timer stops: only the next attempt to open the disk is due", () => {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, "sync");
    stage.turn(raft(n2, ENTRIES));
    expect(stage.clock.due.map(({ at: due }) => due)).toEqual([100]);
  });

  test("also when it fails in the turn of a timer, which has started the next one already", () => {
    const at = bench();
    const stage = new RunnerStage(at);
    failOnce(at.storage, "sync");
    stage.clock.advance(300);
    expect(stage.clock.due.map(({ at: due }) => due)).toEqual([400]);
  });

  test("anything but a disk error is a bug, and ends the thread", () => {
    const at = bench();
    const stage = following(at);
    at.storage.sync = () => {
      throw new TypeError("a bug");
    };
    expect(() => stage.turn(raft(n2, ENTRIES))).toThrow(TypeError);
  });
});

describe("while its disk cannot be used, a node accepts nothing", () => {
  function failed(): RunnerStage {
    const at = bench();
    const stage = following(at);
    failOnce(at.storage, "sync");
    stage.turn(raft(n2, ENTRIES));
    stage.told();
    return stage;
  }

  test("clients are told to turn elsewhere at once, also those whose proposals were forwarded", () => {
    const stage = failed();
    const other = clientAddress(8);
    const commands = [commandOf(1, "a")];
    stage.turn(
      proposal(4, ...commands),
      letter(n3, { type: "forward", client: other, id: 5, commands }),
      letter(client, { type: "read", id: 6, consistency: "stale", questions: [encode("a")] }),
    );
    expect(stage.told()).toEqual([
      { to: client, refused: 4, reason: "notLeader", leader: undefined },
      { to: other, refused: 5, reason: "notLeader", leader: undefined },
      { to: client, readRefused: 6, leader: undefined },
    ]);
  });

  test("peers get no answer, and malformed letters do no harm", () => {
    const stage = failed();
    const bad = { type: "mail", from: n3, incarnation: 1, bytes: Uint8Array.of(1) } as const;
    stage.turn(raft(n2, appendEntries(1)), raft(n3, requestVote(7)), bad);
    expect(stage.statuses()).toEqual([
      { role: "follower", term: 1, leader: undefined, taken: 3, malformed: 0 },
    ]);
  });

  test("orders fail", async () => {
    const { orders } = failed();
    const why = "its disk cannot be used";
    await expect(orders.changeMembership([])).rejects.toThrow(why);
    await expect(orders.transfer(n2)).rejects.toThrow(why);
    await expect(orders.snapshot()).rejects.toThrow(why);
  });
});
