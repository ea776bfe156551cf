/** The driver of a node's thread: the order of a turn, and how much mail it takes. */
import { MessageChannel, receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import { index, term, type Config, type Entry } from "@kontiki/core";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Letter } from "../../../packages/actors/src/node/letter.ts";
import type { Notice } from "../../../packages/actors/src/node/performer.ts";
import { NodeRunner } from "../../../packages/actors/src/node/node-runner.ts";
import type { Opened } from "../../../packages/actors/src/node/runner-ports.ts";
import type { FromNode } from "../../../packages/actors/src/mail/protocol.ts";
import type { CommandBytes } from "../../../packages/actors/src/storage/storage.ts";
import {
  bench,
  CLIENT,
  commandOf,
  n2,
  n3,
  opened,
  opening,
  proposal,
  raft,
  recovered,
  type Bench,
  type Given,
} from "../support/actors.ts";
import { appendAccepted, appendEntries, requestVote, voteReply } from "../../core/support/core.ts";
import { THREAD, WokenPort } from "../support/runner-stage.ts";
import { FakeClock } from "../support/fake-clock.ts";

type Turn = FromNode & { readonly type: "turn" };

/** A node in this thread, with the supervisor's end of its port. */
class Stage {
  readonly at: Bench;
  readonly clock = new FakeClock();
  readonly runner: NodeRunner;
  /** What happened, in order: mail as it was posted, with syncs in between. */
  readonly story: unknown[] = [];
  readonly turns: Turn[] = [];
  /** Other reports: memberships and trouble. */
  readonly news: FromNode[] = [];
  readonly notices: Notice[] = [];
  /** The results of reopening the disk, one after another. */
  readonly reopened: (() => Opened)[] = [];
  readonly port: MessagePort;
  readonly #mailbox: WokenPort;

  constructor(at: Bench) {
    const { port1, port2 } = new MessageChannel();
    this.at = at;
    this.port = port1;
    this.#mailbox = new WokenPort(port2);
    // The shortest election timeout passes at 300 ms, the whole of it at 450.
    this.clock.chance = 0.5;
    const { storage } = at;
    const sync = storage.sync.bind(storage);
    storage.sync = () => {
      this.look();
      this.story.push("sync");
      return sync();
    };
    const lengths = { electionTimeoutMs: 300, heartbeatMs: 50, patience: 0 };
    const opened: Opened = { actor: at.actor, storage, damage: undefined };
    const { clock, notices, reopened } = this;
    this.runner = new NodeRunner(
      {
        ...THREAD,
        port: this.#mailbox,
        lengths,
        clock,
        open: async () => reopened.shift()?.() ?? opened,
        onNotice: (notice) => notices.push(notice),
      },
      opened,
    );
    onTestFinished(() => this.runner.stop());
    this.runner.start();
    this.look();
  }

  post(...letters: readonly Letter[]): void {
    for (const letter of letters) {
      if (letter.type !== "mail" && letter.type !== "obituary")
        throw new Error("timers and orders are the runner's own");
      this.port.postMessage(letter);
    }
  }

  /** A turn that takes all letters that wait. */
  wake(): void {
    this.#mailbox.wake();
  }

  /** Time passes until an election is due at the next millisecond, and what that led to is looked at. */
  passElectionTimeout(): void {
    this.clock.advance(449);
    this.look();
    this.story.length = 0;
  }

  /** The story since the last time, with what was posted until now. */
  take(): unknown[] {
    this.look();
    return this.story.splice(0);
  }

  look(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.port) as
        { readonly message: FromNode } | undefined;
      if (received === undefined) return;
      const { message } = received;
      if (message.type !== "turn") this.news.push(message);
      else {
        this.turns.push(message);
        if (message.mail.length > 0) this.story.push(opened(message.mail));
      }
    }
  }
}

/** The reports other than mail. */
function told({ turns }: Stage): unknown[] {
  return turns.splice(0).map(({ taken, malformed, raft }) => ({
    taken: taken.letters,
    malformed,
    status: raft && `${raft.role} ${raft.term} ${raft.commit}`,
  }));
}

/** A turn of the event loop passes. */
function loop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Leads term 1, and n2 holds its no-op. */
function leadingStage(given: Partial<Config> & Given = {}): Stage {
  const stage = new Stage(bench(given));
  stage.clock.advance(450);
  stage.post(raft(n2, voteReply(1, true)), raft(n2, appendAccepted(1, 0)));
  stage.wake();
  stage.post(raft(n2, appendAccepted(1, 1)));
  stage.wake();
  stage.post(proposal(0, opening()));
  stage.wake();
  stage.post(raft(n2, appendAccepted(1, 2)));
  stage.wake();
  stage.take();
  return stage;
}

describe("the order of a turn, on which the sync test depends", () => {
  test("promises leave after the sync", () => {
    const stage = new Stage(bench());
    stage.passElectionTimeout();
    stage.clock.advance(1);
    expect(stage.take()).toEqual([
      "sync",
      [
        { to: n2, raft: [requestVote(1)] },
        { to: n3, raft: [requestVote(1)] },
      ],
    ]);
  });

  test("a leader's entries and answers to clients before it, its replies after", () => {
    const stage = leadingStage();
    stage.post(proposal(1, commandOf(1, "a")));
    stage.clock.advance(50);
    stage.take();
    const stale = appendEntries(0);
    stage.post(raft(n2, appendAccepted(1, 3)), raft(n3, stale), proposal(2, commandOf(2, "b")));
    stage.clock.advance(50);
    expect(stage.take()).toMatchObject([
      [
        { to: n2, raft: [{ entries: [] }, { entries: ["4@1 7/2"] }] },
        { to: n3, raft: [{ type: "appendEntries" }] },
      ],
      [{ to: `client/${CLIENT}`, answers: { 1: { type: "ok", value: 1 } } }],
      "sync",
      [{ to: n3, raft: [{ type: "appendRejected" }] }],
    ]);
  });

  test("a leader's entries leave before it writes them, so that checksum and write delay no follower", () => {
    const stage = leadingStage();
    const { storage } = stage.at;
    const flush = storage.flush.bind(storage);
    storage.flush = () => {
      stage.look();
      stage.story.push("write");
      return flush();
    };
    stage.post(proposal(1, commandOf(1, "a")));
    stage.wake();
    expect(stage.take()).toMatchObject([
      [{ to: n2, raft: [{ entries: ["3@1 7/1"] }] }],
      "write",
      "sync",
    ]);
  });

  test("a snapshot is written after all mail, and the compaction with the next turn, without mail", async () => {
    const policy = { entries: 3, bytes: Infinity };
    const stage = leadingStage({ policy, keptEntries: 0 });
    const { actor, snapshots, storage } = stage.at;
    const begin = snapshots.begin.bind(snapshots);
    snapshots.begin = (...what) => {
      stage.look();
      stage.story.push("snapshot");
      return begin(...what);
    };
    stage.post(proposal(1, commandOf(1, "a")));
    stage.wake();
    stage.take();
    storage.take();
    stage.post(raft(n2, appendAccepted(1, 3)), raft(n3, appendEntries(0)));
    stage.wake();
    expect(stage.take()).toMatchObject([
      [{ answers: { 1: { type: "ok", value: 1 } } }],
      "sync",
      [{ to: n3, raft: [{ type: "appendRejected" }] }],
      "snapshot",
    ]);
    expect([snapshots.newest?.index, storage.take()]).toEqual([3, ["sync", "compact 3"]]);
    while (actor.hasBacklog) await loop();
    expect(storage.take()).toEqual(["flush", "sync"]);
  });

  test("nothing is posted twice, and no mail leads to none", () => {
    const stage = leadingStage();
    stage.turns.length = 0;
    stage.post(raft(n3, voteReply(1, false)));
    stage.clock.advance(49);
    expect([stage.take(), told(stage)]).toEqual([[], []]);
  });
});

describe("the mail that a turn takes", () => {
  const junk: Letter = { type: "mail", from: n3, incarnation: 1, bytes: new Uint8Array(8) };

  test("is reported once with the first post, including malformed letters", () => {
    const stage = new Stage(bench());
    expect(told(stage)).toEqual([{ taken: 0, malformed: 0, status: "follower 0 0" }]);
    stage.post(junk, raft(n2, requestVote(1)), junk);
    stage.take();
    stage.wake();
    expect([stage.take(), told(stage)]).toEqual([
      ["sync", [{ to: n2, raft: [voteReply(1, true)] }]],
      [{ taken: 3, malformed: 2, status: "follower 1 0" }],
    ]);
  });

  test("is bounded, and a timeout counts only when all mail before it was read (pitfall 26)", async () => {
    const stage = new Stage(bench());
    stage.passElectionTimeout();
    for (let count = 0; count < 1500; count += 1) stage.post(junk);
    stage.post(raft(n2, appendEntries(1)));
    stage.clock.advance(1);
    expect(stage.at.actor.state.term).toBe(0);
    stage.look();
    expect(told(stage).at(-1)).toMatchObject({ taken: 1024 });
    await loop();
    stage.look();
    expect(stage.at.actor.state).toMatchObject({ term: 1, role: { type: "follower", leader: n2 } });
    expect(told(stage).at(-1)).toMatchObject({ taken: 477 });
  });

  test("a timeout that waited still counts when there was no such mail", async () => {
    const stage = new Stage(bench());
    stage.passElectionTimeout();
    for (let count = 0; count < 1024; count += 1) stage.post(junk);
    stage.clock.advance(1);
    expect(stage.at.actor.state.role.type).toBe("follower");
    await loop();
    expect(stage.at.actor.state.role.type).toBe("candidate");
  });

  test("is bounded by bytes as well", () => {
    const stage = new Stage(bench());
    const bytes = new Uint8Array(3 * 1024 * 1024);
    const large: Letter = { type: "mail", from: n3, incarnation: 1, bytes };
    stage.post(large, large, large, large, large);
    stage.wake();
    stage.look();
    expect(told(stage).at(-1)).toMatchObject({ taken: 3 });
  });
});

test("a backlog of committed entries is applied turn by turn without any mail", async () => {
  const count = 20_000;
  const entries = Array.from({ length: count }, (_, at): Entry<CommandBytes> => ({
    type: "command",
    index: index(at + 1),
    term: term(1),
    command: at === 0 ? opening() : commandOf(at, "x"),
  }));
  const stage = new Stage(bench({ disk: recovered({ term: 1, entries }) }));
  stage.post(raft(n2, appendEntries(1, { after: [count, 1], commit: count })));
  stage.wake();
  while (stage.at.actor.hasBacklog) await loop();
  expect(stage.at.machine.applied.length).toBe(count - 1);
});

test("a stopped runner has closed its storage, its port and its timer", () => {
  const stage = new Stage(bench());
  stage.at.storage.take();
  stage.runner.stop();
  expect([stage.at.storage.take(), stage.clock.due]).toEqual([["close"], []]);
});
