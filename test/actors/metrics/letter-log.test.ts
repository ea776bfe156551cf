/** The record of letters: off, on, and in part. */
import type { Message } from "@kontiki/core";
import { expect, test } from "vitest";
import { LetterShare } from "../../../packages/actors/src/cluster/letter-share.ts";
import { LETTERS_MAX, LetterLog } from "../../../packages/actors/src/metrics/letter-log.ts";
import type {
  LetterRecord,
  TimerRecord,
} from "../../../packages/actors/src/metrics/letter-record.ts";
import { Probe, PROBE_CELLS } from "../../../packages/actors/src/metrics/probe.ts";
import { Outbox } from "../../../packages/actors/src/node/outbox.ts";
import { readLetters } from "../../../packages/actors/src/node/read-letters.ts";
import { appendAccepted, appendEntries, voteReply } from "../../core/support/core.ts";
import { n1, n2 } from "../support/actors.ts";

/** A probe whose clock a test sets, and which keeps what it gets. */
class KeptRecords extends Probe {
  readonly letters: LetterRecord[] = [];
  readonly timers: TimerRecord[] = [];
  at = 1000;

  override get now(): number {
    return this.at;
  }

  override letter(record: LetterRecord): void {
    this.letters.push(record);
  }

  override timer(record: TimerRecord): void {
    this.timers.push(record);
  }
}

/** Two nodes and the program, which looks every 100 ms. */
class Stage {
  readonly cells = new Int32Array(new SharedArrayBuffer(4 * Object.keys(PROBE_CELLS).length));
  readonly #spec = { cells: this.cells.buffer, channel: "none", epochMs: 0 };
  readonly probe = new KeptRecords(this.#spec, "n1", 1);
  readonly sender = new LetterLog(this.#spec, this.probe, "n1", 3);
  readonly receiver = new LetterLog(this.#spec, this.probe, "n2", 1);
  #now = 0;
  readonly #share = new LetterShare(this.cells, () => this.#now);

  look(isOn = true): void {
    this.#now += 100;
    this.#share.look(isOn);
  }

  /** Sends this many letters and gives the numbers of those that are recorded. */
  numbers(count: number): readonly number[] {
    const all = Array.from({ length: count }, () => this.sender.next());
    return all.filter((number) => number !== undefined);
  }
}

test("without listeners letters have no numbers, and nothing is recorded", () => {
  const stage = new Stage();
  stage.look(false);
  const outbox = new Outbox(0, stage.sender);
  outbox.add(n2, 0, voteReply(1, true));
  const [letter] = outbox.take();
  readLetters([{ type: "mail", from: n1, incarnation: 3, ...letterOf(letter) }], stage.receiver);
  stage.sender.timer("election", 200);
  expect([stage.probe.letters, stage.probe.timers]).toEqual([[], []]);
});

test("a letter is recorded at both ends, with its messages", () => {
  const stage = new Stage();
  stage.look();
  const outbox = new Outbox(0, stage.sender);
  // Without entries there is no command in it.
  const heartbeat = appendEntries(2, { after: [4, 1] }) as Message<never>;
  outbox.add(n2, 0, heartbeat);
  outbox.add(n2, 0, appendAccepted(2, 7));
  const [letter] = outbox.take();
  stage.probe.at = 1001.5;
  const read = readLetters(
    [{ type: "mail", from: n1, incarnation: 3, ...letterOf(letter) }],
    stage.receiver,
  );
  expect(read.messages.map((event) => event.type === "message" && event.message.type)).toEqual([
    "appendEntries",
    "appendAccepted",
  ]);
  const common = {
    letter: "n1/3/1",
    from: "n1",
    to: "n2",
    bytes: letterOf(letter).bytes.length,
    messages: [
      { type: "appendEntries", term: 2, first: undefined, last: undefined, granted: undefined },
      { type: "appendAccepted", term: 2, first: undefined, last: 7, granted: undefined },
    ],
    share: 1,
  };
  expect(stage.probe.letters).toEqual([
    { ...common, at: 1000, way: "sent" },
    { ...common, at: 1001.5, way: "received" },
  ]);
});

test("a burst is recorded as a whole, a second's worth of it", () => {
  const stage = new Stage();
  stage.look();
  expect(stage.numbers(150)).toHaveLength(150);
  stage.look();
  expect(stage.numbers(10)).toHaveLength(10);
  stage.look();
  expect(stage.numbers(100_000)).toHaveLength(440);
});

test("of many letters a part is recorded, spread over all, and the part is told", () => {
  const stage = new Stage();
  // 100,000 letters a second.
  const recorded = Array.from({ length: 40 }, () => {
    stage.look();
    return stage.numbers(10_000);
  });
  const steady = recorded.slice(20);
  for (const some of steady) expect(some.length).toBeLessThanOrEqual(LETTERS_MAX / 5);
  const all = steady.flat();
  expect(all.length).toBeGreaterThan(800);
  expect(all.length).toBeLessThan(1_100);
  // A leader writes to its peers in turn: each gets its part, early and late.
  for (const peers of [2, 3, 4, 5, 6, 8])
    for (let peer = 0; peer < peers; peer += 1) {
      const own = all.filter((number) => number % peers === peer);
      expect(own.length, `peer ${peer} of ${peers}`).toBeGreaterThan(all.length / peers / 2);
    }
  const late = all.filter((number) => (number - 1) % 10_000 >= 5_000).length;
  expect(late).toBeGreaterThan(all.length / 4);
  stage.sender.sent("n2", 1, [voteReply(1, true)], 20);
  expect(stage.probe.letters.at(-1)?.share).toBeCloseTo(0.005, 2);
  for (let quiet = 0; quiet < 20; quiet += 1) stage.look();
  expect(stage.numbers(50)).toHaveLength(50);
});

test("a program that stands still gets no more than that", () => {
  const stage = new Stage();
  stage.look();
  expect(stage.numbers(100_000)).toHaveLength(LETTERS_MAX);
  expect(stage.numbers(100_000)).toEqual([]);
});

test("a timer that starts again and again is recorded now and then", () => {
  const stage = new Stage();
  Atomics.store(stage.cells, PROBE_CELLS.timers, 1);
  for (let n = 0; n < 100; n += 1) {
    stage.sender.timer("election", 150);
    stage.probe.at += 1;
  }
  expect(stage.probe.timers.map(({ at }) => at)).toEqual([1000, 1040, 1080]);
  stage.sender.timer("heartbeat", 50);
  expect(stage.probe.timers.at(-1)).toEqual({ at: 1100, dueAt: 1150, timer: "heartbeat" });
});

function letterOf(letter: ReturnType<Outbox["take"]>[number] | undefined): {
  readonly bytes: Uint8Array<ArrayBuffer>;
} {
  if (letter === undefined) throw new Error("an outbox with messages has a letter");
  return { bytes: letter.bytes };
}
