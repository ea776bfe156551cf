import { clientAddress, encodeParcel, type Address, type Envelope } from "@kontiki/actors/node";
import { nodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { Counters } from "../../../packages/testing/src/run/counters.ts";
import type { LetterRule } from "../../../packages/testing/src/engine/letter-rule.ts";
import { SimNetwork } from "../../../packages/testing/src/simulation/sim-network.ts";
import { FakeTimeline } from "../support/fake-timeline.ts";

const [A, B, C] = ["a", "b", "c"].map(nodeId) as [Address, Address, Address];
const CLIENT = clientAddress(1);

/** A network whose letters have numbers. */
class Stage {
  readonly timeline = new FakeTimeline();
  readonly counters = new Counters();
  readonly arrived: string[] = [];
  readonly lost: string[] = [];
  readonly network: SimNetwork;

  constructor(latencyMs: readonly [number, number] = [1, 1]) {
    this.network = new SimNetwork({
      timeline: this.timeline,
      chance: new Chance(1),
      settings: { latencyMs },
      counters: this.counters,
      remembers: true,
      deliver: (letter) => this.arrived.push(`${this.timeline.now} ${nameOf(letter)}`),
      onLost: (letter, reason) => this.lost.push(`${nameOf(letter)}: ${reason}`),
    });
  }

  send(number: number, from: Address = A, to: Address = B, bytes = 1): void {
    const content = new Uint8Array(bytes);
    content[0] = number;
    this.network.send({ from, to, incarnation: 1, bytes: content });
  }

  /** The numbers of the letters that arrived, in order. */
  get numbers(): number[] {
    return this.arrived.map((text) => Number(text.split(" ")[2]));
  }
}

function nameOf({ from, to, bytes }: Envelope): string {
  return `${from}>${to} ${bytes[0]}`;
}

function rule(changes: Partial<LetterRule> = {}): LetterRule {
  return {
    concerns: () => true,
    share: 1,
    ms: [10, 10],
    tail: false,
    chance: new Chance("rule"),
    ...changes,
  };
}

describe("without faults", () => {
  test("a letter takes the latency of the network", () => {
    const stage = new Stage([2, 2]);
    stage.send(1);
    stage.timeline.advance(5);
    expect(stage.arrived).toEqual(["2 a>b 1"]);
  });

  test("letters of one link arrive in their order, whatever latency each draws", () => {
    const stage = new Stage([1, 50]);
    const numbers = Array.from({ length: 50 }, (_, at) => at);
    for (const number of numbers) stage.send(number);
    stage.timeline.advance(100);
    expect(stage.numbers).toEqual(numbers);
  });

  test("an additional letter on one link changes nothing on another", () => {
    const arrivals = [0, 1].map((more) => {
      const stage = new Stage([1, 50]);
      for (let number = 0; number < more; number += 1) stage.send(number, A, C);
      stage.send(9, A, B);
      stage.timeline.advance(100);
      return stage.arrived.filter((text) => text.includes(">b"));
    });
    expect(arrivals[0]).toEqual(arrivals[1]);
  });
});

describe("a cut", () => {
  test("loses letters that are sent and letters on their way, in its direction only", () => {
    const stage = new Stage([10, 10]);
    stage.send(1);
    const end = stage.network.beginCut("oneWay", (from, to) => from === A && to === B);
    stage.send(2);
    stage.send(3, B, A);
    stage.timeline.advance(20);
    end();
    stage.send(4);
    stage.timeline.advance(20);
    expect(stage.arrived).toEqual(["10 b>a 3", "30 a>b 4"]);
    expect(stage.lost).toEqual(["a>b 2: oneWay", "a>b 1: oneWay"]);
    expect(stage.counters.of("letters.lost.oneWay")).toBe(2);
  });

  test("that has ended does not affect one that is still in force", () => {
    const stage = new Stage();
    const end = stage.network.beginCut("partition", () => true);
    stage.network.beginCut("partition", () => true);
    end();
    end();
    stage.send(1);
    expect(stage.lost).toEqual(["a>b 1: partition"]);
  });
});

test("loss strikes its share of the letters", () => {
  const stage = new Stage();
  const end = stage.network.beginLoss(rule({ share: 0.5, concerns: (from) => from === A }));
  for (let number = 0; number < 200; number += 1) stage.send(number % 100, A, B);
  for (let number = 0; number < 200; number += 1) stage.send(number % 100, C, B);
  end();
  for (let number = 0; number < 200; number += 1) stage.send(number % 100, A, B);
  stage.timeline.advance(10);
  const lost = stage.lost.length;
  expect(lost).toBeGreaterThan(60);
  expect(lost).toBeLessThan(140);
  expect(stage.lost.every((text) => text.startsWith("a>b"))).toBe(true);
  expect(stage.arrived).toHaveLength(600 - lost);
});

describe("delay", () => {
  test("is added to the latency, and delays add up", () => {
    const stage = new Stage();
    stage.network.beginDelay(rule());
    stage.network.beginDelay(rule({ ms: [5, 5] }));
    stage.send(1);
    stage.timeline.advance(20);
    expect(stage.arrived).toEqual(["16 a>b 1"]);
  });

  test("holds up the later letters on its link, and no others", () => {
    const stage = new Stage();
    const end = stage.network.beginDelay(rule());
    stage.send(1);
    end();
    stage.send(2);
    stage.send(3, A, C);
    stage.timeline.advance(20);
    expect(stage.arrived).toEqual(["1 a>c 3", "11 a>b 1", "11 a>b 2"]);
  });

  test("with a tail is longer for a few letters, by doubling", () => {
    const stage = new Stage([0, 0]);
    stage.network.beginDelay(rule({ tail: true }));
    // Each has its own link, so none waits for another.
    for (let number = 0; number < 250; number += 1) stage.send(1, nodeId(`n${number}`), B);
    stage.timeline.advance(1000);
    const times = stage.arrived.map((text) => Number(text.split(" ")[0]));
    const counts = [10, 20, 40, 80, 160, 320, 640].map(
      (ms) => times.filter((time) => time === ms).length,
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(250);
    expect(counts[0]).toBeGreaterThan(190);
    expect(counts[1]).toBeGreaterThan(5);
    expect((counts[2] ?? 0) + (counts[3] ?? 0)).toBeGreaterThan(0);
  });
});

describe("copies", () => {
  test("a duplicate arrives later, and no letter waits for it", () => {
    const stage = new Stage();
    stage.network.beginDuplication(rule());
    stage.send(1);
    stage.timeline.advance(2);
    stage.send(2);
    stage.timeline.advance(30);
    expect(stage.arrived).toEqual(["1 a>b 1", "3 a>b 2", "11 a>b 1", "13 a>b 2"]);
    expect(stage.counters.of("letters.duplicated")).toBe(2);
  });

  test("an old letter arrives again while the replay is in force", () => {
    const stage = new Stage();
    const end = stage.network.beginReplay(rule({ share: 0.5 }));
    for (let number = 0; number < 60; number += 1) {
      stage.send(number);
      stage.timeline.advance(100);
    }
    end();
    for (let number = 60; number < 80; number += 1) stage.send(number);
    stage.timeline.advance(100);
    const ages = stage.arrived.map((text, at) => {
      const [time, , number] = text.split(" ");
      return {
        again: stage.numbers.indexOf(Number(number)) < at,
        age: Number(time) - 100 * Number(number),
      };
    });
    const old = ages.filter(({ again }) => again);
    expect(old.length).toBeGreaterThan(15);
    expect(old.length).toBe(stage.counters.of("letters.replayed"));
    expect(Math.max(...old.map(({ age }) => age))).toBeGreaterThan(1000);
  });

  test("an old letter of a node arrives again, from before the replay began", () => {
    const stage = new Stage();
    for (let number = 0; number < 60; number += 1) stage.send(number);
    stage.timeline.advance(1000);
    for (let number = 60; number < 90; number += 1) stage.send(number, B, C);
    const end = stage.network.beginReplay(rule({ share: 0.5 }), A);
    for (let number = 90; number < 110; number += 1) stage.send(number);
    end();
    stage.timeline.advance(1000);
    const again = stage.numbers.filter((number, at) => stage.numbers.indexOf(number) < at);
    expect(again.length).toBe(stage.counters.of("letters.replayed"));
    expect(again.filter((number) => number < 60).length).toBeGreaterThan(3);
    expect(again.filter((number) => 60 <= number && number < 90)).toEqual([]);
  });

  test("a letter from or to a client is delivered once, in order", () => {
    const stage = new Stage();
    stage.network.beginDuplication(rule());
    stage.network.beginReplay(rule());
    stage.network.beginReorder(rule({ share: 0.5 }));
    const numbers = Array.from({ length: 50 }, (_, at) => at);
    for (const number of numbers) stage.send(number, CLIENT, A);
    for (const number of numbers) stage.send(number, A, CLIENT);
    stage.timeline.advance(100);
    expect(stage.numbers).toEqual([...numbers, ...numbers]);
  });

  // A leader could accept a forwarded letter, become a follower, and then refuse a second copy of it: the client would learn
  // that its command is in no log.
  test("a client's letter that a node forwards is delivered once, and in order", () => {
    const stage = new Stage();
    const { network, arrived } = stage;
    network.beginDuplication(rule());
    network.beginReplay(rule());
    network.beginReorder(rule({ share: 0.5 }));
    for (let id = 0; id < 50; id += 1) {
      const bytes = encodeParcel({ type: "forward", client: CLIENT, id, commands: [] });
      network.send({ from: A, to: B, incarnation: 1, bytes });
    }
    stage.timeline.advance(100);
    network.beginReplay(rule(), A);
    stage.send(1);
    stage.timeline.advance(100);
    expect(arrived.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => arrived[0]));
    expect(new Set(stage.numbers.slice(50))).toEqual(new Set([1]));
  });
});

test("reordered letters are overtaken", () => {
  const stage = new Stage();
  stage.network.beginReorder(rule({ share: 0.5 }));
  const numbers = Array.from({ length: 50 }, (_, at) => at);
  for (const number of numbers) stage.send(number);
  stage.timeline.advance(100);
  expect(stage.numbers).not.toEqual(numbers);
  expect(stage.numbers.toSorted((a, b) => a - b)).toEqual(numbers);
});

describe("a clog", () => {
  test("holds letters and releases them in their order", () => {
    const stage = new Stage();
    const end = stage.network.beginClog((from, to) => from === A || to === A);
    stage.send(1);
    stage.send(2, C, A);
    stage.send(3, C, B);
    stage.timeline.advance(10);
    expect(stage.arrived).toEqual(["1 c>b 3"]);
    end();
    end();
    expect(stage.arrived).toEqual(["1 c>b 3", "10 a>b 1", "10 c>a 2"]);
  });

  test("leaves letters held that another clog concerns", () => {
    const stage = new Stage();
    const ends = [A, B].map((node) =>
      stage.network.beginClog((from, to) => [from, to].includes(node)),
    );
    stage.send(1);
    stage.timeline.advance(10);
    ends[0]?.();
    expect(stage.arrived).toEqual([]);
    ends[1]?.();
    expect(stage.arrived).toEqual(["10 a>b 1"]);
  });

  test("that ends during a cut loses the letters that it held", () => {
    const stage = new Stage();
    const end = stage.network.beginClog(() => true);
    stage.send(1);
    stage.timeline.advance(10);
    stage.network.beginCut("partition", () => true);
    end();
    expect(stage.lost).toEqual(["a>b 1: partition"]);
  });
});

test("with little bandwidth letters queue, on each link separately", () => {
  const stage = new Stage();
  const end = stage.network.beginBandwidth(10);
  stage.send(1, A, B, 100);
  stage.send(2, A, B, 100);
  stage.send(3, A, C, 100);
  stage.timeline.advance(50);
  end();
  stage.send(4, A, B, 100);
  stage.timeline.advance(50);
  expect(stage.arrived).toEqual(["11 a>b 1", "11 a>c 3", "21 a>b 2", "51 a>b 4"]);
});

describe("forgotten mail", () => {
  test("is lost at once, wherever it is, and later letters do not arrive sooner", () => {
    const stage = new Stage([5, 5]);
    stage.network.beginClog((from) => from === C);
    stage.send(1, C, B);
    stage.timeline.advance(6);
    stage.network.beginReorder(rule({ concerns: (_, to) => to === C, ms: [1, 1] }));
    stage.send(2, A, B);
    stage.send(3, A, C);
    stage.timeline.advance(1);
    stage.network.forgetMail();
    expect(stage.lost).toEqual(["a>b 2: power", "a>c 3: power", "c>b 1: power"]);
    stage.send(4, A, B);
    stage.timeline.advance(20);
    expect(stage.arrived).toEqual(["12 a>b 4"]);
  });
});
