import { describe, expect, onTestFinished, test } from "vitest";
import { ClientDriver } from "../../../packages/actors/src/client/client-driver.ts";
import type {
  ProposalEnd,
  ReadEnd,
  ReadOptions,
} from "../../../packages/actors/src/client/client.ts";
import { decode } from "../../../packages/actors/src/bytes/codec.ts";
import { encodeCommand } from "../../../packages/actors/src/sessions/command.ts";
import { answers } from "../support/answers.ts";
import { eachCommand } from "../../../packages/actors/src/sessions/run.ts";
import type { Envelope } from "../../../packages/actors/src/mail/protocol.ts";
import type { DeadLetterReason } from "../../../packages/actors/src/mail/status.ts";
import { decodeParcel, encodeParcel, type Parcel } from "../../../packages/actors/src/mail/wire.ts";
import { CLIENT, n1, n2, n3, NODES } from "../support/actors.ts";

const OK = Uint8Array.of(1);

/** A driver whose letters a test receives and answers. */
class Post {
  readonly driver: ClientDriver;
  readonly sent: Envelope[] = [];
  /** What happens to the next letters; they are delivered if this is empty. */
  readonly fates: DeadLetterReason[] = [];
  readonly ends: string[] = [];
  #onSent = (): void => {};

  constructor() {
    const times = { attemptMs: 10_000, backoffMs: 1 };
    this.driver = new ClientDriver(CLIENT, NODES, times, (envelope) => {
      this.sent.push(envelope);
      this.#onSent();
      return this.fates.shift();
    });
    onTestFinished(() => this.driver.close("the test is over"));
  }

  propose(timeoutMs = 10_000): Promise<ProposalEnd> {
    return new Promise((resolve) => {
      this.driver.propose(encodeCommand("x"), timeoutMs, (end) => {
        this.ends.push(end.type);
        resolve(end);
      });
    });
  }

  read(options: ReadOptions, timeoutMs = 10_000): Promise<ReadEnd> {
    return new Promise((resolve) => {
      this.driver.read(encodeCommand("q"), { ...options, timeoutMs }, resolve);
    });
  }

  /** Waits for this many letters and returns them, without the opening command. */
  async letters(count: number): Promise<unknown[]> {
    await new Promise<void>((resolve) => {
      this.#onSent = () => {
        if (this.sent.length >= count) resolve();
      };
      this.#onSent();
    });
    return this.sent.map(({ to, from, incarnation, bytes }) => {
      const parcel = decodeParcel(bytes);
      if (parcel.type === "read") {
        const { consistency, questions } = parcel;
        return { to, from, incarnation, consistency, asks: questions.map(decode) };
      }
      const of =
        parcel.type === "propose"
          ? parcel.commands.flatMap(eachCommand).map(({ sequence }) => sequence)
          : [];
      return { to, from, incarnation, of: of.filter((sequence) => sequence > 0) };
    });
  }

  say(parcel: Parcel): DeadLetterReason | undefined {
    return this.reply(encodeParcel(parcel));
  }

  reply(bytes: Uint8Array<ArrayBuffer>): DeadLetterReason | undefined {
    return this.driver.receive({ from: n2, to: this.driver.address, incarnation: 1, bytes });
  }
}

const from = { from: `client/${CLIENT}`, incarnation: 0 };

describe("the client's driver", () => {
  test("sends all proposals of a turn of the event loop in one letter, and calls back with each answer", async () => {
    const post = new Post();
    const all = [post.propose(), post.propose(), post.propose()];
    expect(post.sent).toEqual([]);
    expect(await post.letters(1)).toEqual([{ to: n2, ...from, of: [1, 2, 3] }]);
    expect(post.say({ type: "answers", ranges: answers([2, 1, 3], [OK, OK, OK]) })).toBe(undefined);
    expect((await Promise.all(all)).map(({ type }) => type)).toEqual(Array(3).fill("answered"));
  });

  test("turns to the leader that a rejection names, and to a newly elected one", async () => {
    const post = new Post();
    void post.propose();
    await post.letters(1);
    post.say({ type: "refused", id: 1, reason: "notLeader", leader: n1 });
    post.driver.leaderIs(n3);
    expect(await post.letters(3)).toEqual([n2, n1, n3].map((to) => ({ to, ...from, of: [1] })));
  });

  test("tries the next node when one is not running, and the same one when its mailbox is full", async () => {
    const post = new Post();
    post.fates.push("not running", "mailbox full");
    void post.propose();
    expect(await post.letters(2)).toMatchObject([{ to: n2 }, { to: n3 }]);
    post.driver.leaderIs(n2);
    post.fates.push("mailbox full");
    void post.propose();
    const letters = await post.letters(5);
    expect(letters.slice(-2)).toMatchObject([
      { to: n2, of: [2] },
      { to: n2, of: [2] },
    ]);
  });

  test("sends again after a node's death", async () => {
    const post = new Post();
    void post.propose();
    await post.letters(1);
    post.driver.nodeDied(n2);
    expect(await post.letters(2)).toMatchObject([{ to: n2 }, { to: n3, of: [1] }]);
  });

  test("ends a proposal at its deadline, even without any answer", async () => {
    const post = new Post();
    const end = post.propose(1000);
    await post.letters(1);
    expect(await end).toEqual({ type: "unknown", reason: "no answer came before the deadline" });
  });

  test("with no time left nothing is sent, and the outcome is certain", async () => {
    const post = new Post();
    expect(await post.propose(0)).toEqual({
      type: "definitelyNot",
      reason: "its deadline came before it was sent",
    });
    expect(post.sent).toEqual([]);
  });

  test("answers go to the client's own address, whichever of its sessions they are for", () => {
    const driver = new ClientDriver(
      2 ** 40 + CLIENT,
      NODES,
      { attemptMs: 1, backoffMs: 1 },
      () => undefined,
    );
    expect(driver.address).toBe(`client/${CLIENT}`);
  });

  test("asks a busy leader again", async () => {
    const post = new Post();
    void post.propose();
    await post.letters(1);
    post.say({ type: "refused", id: 1, reason: "busy", leader: n2 });
    expect(await post.letters(2)).toEqual([n2, n2].map((to) => ({ to, ...from, of: [1] })));
  });

  test("sends all queries of a turn of the event loop to one node in one letter", async () => {
    const post = new Post();
    const stale = { consistency: "stale", node: n3 } as const;
    const ends = [post.read({ consistency: "lease" }), post.read(stale), post.read(stale)];
    expect(await post.letters(2)).toEqual([
      { to: n2, ...from, consistency: "lease", asks: ["q"] },
      { to: n3, ...from, consistency: "stale", asks: ["q", "q"] },
    ]);
    post.say({ type: "readAnswers", id: 2, results: [OK, OK] });
    post.say({ type: "readRefused", id: 1, leader: n1 });
    expect(await post.letters(3)).toMatchObject([{}, {}, { to: n1, asks: ["q"] }]);
    post.say({ type: "readAnswers", id: 3, results: [OK] });
    const answered = { type: "answered", result: OK };
    expect(await Promise.all(ends)).toEqual([answered, answered, answered]);
  });

  test("sends again what could not be delivered", async () => {
    const post = new Post();
    post.fates.push("not running", "mailbox full");
    void post.read({ consistency: "linearizable" });
    expect(await post.letters(3)).toMatchObject([{ to: n2 }, { to: n3 }, {}]);
  });

  test("ends what is pending when no node is left, and continues", async () => {
    const post = new Post();
    const sent = post.propose();
    await post.letters(1);
    const ends = [sent, post.propose(), post.read({ consistency: "stale" })];
    post.driver.unavailable("all nodes have failed");
    const reason = "all nodes have failed";
    expect(await Promise.all(ends)).toEqual([
      { type: "unknown", reason },
      { type: "definitelyNot", reason },
      { type: "definitelyNot", reason },
    ]);
    void post.propose();
    expect(await post.letters(2)).toMatchObject([{}, { of: [3] }]);
  });

  test("ends everything when it is closed, each once", async () => {
    const post = new Post();
    const [sent, waiting] = [post.propose(), (await post.letters(1), post.propose())];
    post.driver.close("gone");
    expect(await Promise.all([sent, waiting])).toEqual([
      { type: "unknown", reason: "gone" },
      { type: "definitelyNot", reason: "gone" },
    ]);
    post.say({ type: "answers", ranges: answers([1, 2], [OK, OK]) });
    post.driver.close("again");
    expect(post.ends).toEqual(["unknown", "definitelyNot"]);
  });

  test("a letter that it cannot decode is a dead letter, and does no other harm", async () => {
    const post = new Post();
    const end = post.propose();
    await post.letters(1);
    expect(post.reply(Uint8Array.of(0xc1))).toBe("malformed");
    expect(post.say({ type: "read", id: 1, consistency: "stale", questions: [] })).toBe(
      "malformed",
    );
    expect(post.say({ type: "propose", id: 1, commands: [] })).toBe("malformed");
    post.say({ type: "answers", ranges: answers([1], [OK]) });
    expect(await end).toEqual({ type: "answered", result: OK });
  });
});
