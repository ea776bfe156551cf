import { describe, expect, test } from "vitest";
import type { Timer } from "../../../packages/actors/src/node/performer.ts";
import { TimerRunner, type TimerLengths } from "../../../packages/actors/src/node/timers.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** Timers of 300 and 50 ms, the epochs that fired, and those whose shortest timeout has passed. */
function newRunner(given: Partial<TimerLengths> = {}) {
  const lengths = { electionTimeoutMs: 300, heartbeatMs: 50, patience: 0, ...given };
  const clock = new FakeClock();
  const fired: number[] = [];
  const silent: number[] = [];
  const runner = new TimerRunner(lengths, clock, (type, epoch) =>
    (type === "timer" ? fired : silent).push(epoch),
  );
  return { clock, fired, silent, runner };
}

const election = (epoch: number): Timer => ({ type: "election", epoch });
const hastened = (epoch: number): Timer => ({ type: "hastened", epoch });
const heartbeat = (epoch: number): Timer => ({ type: "heartbeat", epoch });

describe("the election timer", () => {
  test.each([
    [0, 300],
    [0.5, 450],
    [0.99, 597],
  ])(
    "is drawn uniformly from one to two timeouts: random number %d gives %d ms, and %d to the third in line (§5.2)",
    (chance, ms) => {
      const { clock, fired, runner } = newRunner();
      clock.chance = chance;
      runner.run(election(0));
      clock.advance(ms - 1);
      expect(fired).toEqual([]);
      clock.advance(1);
      expect(fired).toEqual([0]);
    },
  );

  test("is shortened once for an election that may begin at once, and not when it is of another epoch", () => {
    const { clock, fired, runner } = newRunner();
    clock.chance = 0.5;
    runner.run(election(1));
    runner.hasten(election(0));
    clock.advance(37);
    expect(fired).toEqual([]);
    runner.hasten(election(1));
    clock.advance(38);
    expect(fired).toEqual([1]);
    const patient = newRunner({ patience: 1 });
    patient.runner.run(election(0));
    patient.runner.hasten(election(0));
    patient.clock.advance(299);
    expect(patient.fired).toEqual([]);
  });

  test.each([
    [true, 0, 0],
    [true, 0.5, 38],
    [false, 0.5, 68],
  ])(
    "after an obituary it fires at the turn of the node, or at random: in turns %j, turn %d, after %d ms",
    (inTurns, turn, ms) => {
      const { clock, fired, runner } = newRunner({ inTurns });
      clock.chance = 0.9;
      runner.run({ ...hastened(0), turn });
      clock.advance(ms - 1);
      expect(fired).toEqual([]);
      clock.advance(1);
      expect(fired).toEqual([0]);
    },
  );

  test("is shortened to the turn of the node, too, and for the first node to nothing", () => {
    const { clock, fired, runner } = newRunner({ inTurns: true });
    clock.chance = 0.9;
    runner.run(election(0));
    runner.hasten({ ...election(0), turn: 0 });
    clock.advance(1);
    expect(fired).toEqual([0]);
  });

  test("is void once it is reset, and drawn again", () => {
    const { clock, fired, runner } = newRunner();
    runner.run(election(0));
    clock.advance(299);
    clock.chance = 0.5;
    runner.run(election(1));
    clock.advance(449);
    expect(fired).toEqual([]);
    clock.advance(1);
    expect(fired).toEqual([1]);
  });

  test("keeps running when it is started again in the same epoch", () => {
    const { clock, fired, runner } = newRunner();
    runner.run(election(4));
    clock.advance(200);
    runner.run(election(4));
    clock.advance(100);
    expect(fired).toEqual([4]);
  });

  test("fires once", () => {
    const { clock, fired, runner } = newRunner();
    runner.run(election(0));
    clock.advance(2000);
    runner.run(election(0));
    clock.advance(2000);
    expect(fired).toEqual([0]);
  });
});

describe("the shortest election timeout", () => {
  test("is reported once, however long the drawn timeout is (dissertation 4.2.3)", () => {
    const { clock, fired, silent, runner } = newRunner();
    clock.chance = 0.5;
    runner.run(election(3));
    clock.advance(299);
    expect([silent, fired]).toEqual([[], []]);
    clock.advance(1);
    expect([silent, fired]).toEqual([[3], []]);
    clock.advance(1000);
    expect([silent, fired]).toEqual([[3], [3]]);
  });

  test("is not reported for a timer that was restarted before", () => {
    const { clock, silent, runner } = newRunner();
    runner.run(election(0));
    clock.advance(299);
    runner.run(election(1));
    clock.advance(299);
    expect(silent).toEqual([]);
  });

  test("does not restart the timer by itself", () => {
    const clock = new FakeClock();
    clock.chance = 0.5;
    const lengths = { electionTimeoutMs: 300, heartbeatMs: 50, patience: 0 };
    const fired: number[] = [];
    const runner: TimerRunner = new TimerRunner(lengths, clock, (type, epoch) => {
      if (type === "silence") runner.run(election(epoch + 1));
      else fired.push(epoch);
    });
    runner.run(election(0));
    clock.advance(600);
    expect(fired).toEqual([]);
  });
});

test.each([
  [0, 300],
  [1, 600],
  [2, 900],
])("a node %d levels below the highest priority waits at least %d ms", (patience, ms) => {
  const { clock, fired, runner } = newRunner({ patience });
  runner.run(election(0));
  clock.advance(ms - 1);
  expect(fired).toEqual([]);
  clock.advance(1);
  expect(fired).toEqual([0]);
});

test.each([
  [0, 1, 150],
  [0.5, 38, 188],
  [0.99, 75, 225],
])(
  "after an obituary only a short random delay is left: random number %d gives %d ms",
  (chance, first, third) => {
    // Each level of patience adds the longest such delay: nodes of two levels never stand at the same time.
    for (const [patience, ms] of [
      [0, first],
      [2, third],
    ] as const) {
      const { clock, fired, silent, runner } = newRunner({ patience });
      clock.chance = chance;
      runner.run(hastened(0));
      clock.advance(ms - 1);
      expect(fired).toEqual([]);
      clock.advance(1);
      expect([fired, silent]).toEqual([[0], []]);
    }
  },
);

describe("a supervisor whose event loop stands still (pitfall: healthy leaders look dead)", () => {
  test("lets no node campaign, however long it lasts", () => {
    const { clock, fired, runner } = newRunner();
    clock.turns = false;
    runner.run(election(0));
    clock.advance(60_000);
    expect(fired).toEqual([]);
  });

  test("gives the leader a whole timeout to be heard once it runs again", () => {
    const { clock, fired, runner } = newRunner();
    clock.turns = false;
    runner.run(election(0));
    clock.advance(900);
    clock.turns = true;
    clock.advance(299);
    expect(fired).toEqual([]);
    clock.advance(1);
    expect(fired).toEqual([0]);
  });

  test("may run at half its rate, not less", () => {
    for (const [standing, expected] of [
      [150, [0]],
      [190, []],
    ] as const) {
      const { clock, fired, runner } = newRunner();
      runner.run(election(0));
      clock.turns = false;
      clock.advance(standing);
      clock.turns = true;
      clock.advance(300 - standing);
      expect(fired).toEqual(expected);
    }
  });

  test("delays a leader's heartbeats, which it counts: they could not be answered", () => {
    const { clock, fired, runner } = newRunner();
    clock.turns = false;
    runner.run(heartbeat(0));
    clock.advance(60_000);
    expect(fired).toEqual([]);
    clock.turns = true;
    clock.advance(50);
    expect(fired).toEqual([0]);
  });

  test("does not keep very short timeouts from firing", () => {
    const { clock, fired, runner } = newRunner({ electionTimeoutMs: 10, heartbeatMs: 1 });
    clock.turns = false;
    runner.run(election(0));
    clock.advance(10);
    expect(fired).toEqual([0]);
  });
});

test("a node has one timer: a leader's heartbeat timer replaces its election timer", () => {
  const { clock, fired, runner } = newRunner();
  runner.run(election(0));
  runner.run(heartbeat(1));
  clock.advance(49);
  expect(fired).toEqual([]);
  clock.advance(1);
  runner.run(heartbeat(2));
  clock.advance(50);
  runner.run(election(3));
  clock.advance(300);
  expect(fired).toEqual([1, 2, 3]);
});

test("a stopped runner does not call back", () => {
  const { clock, fired, runner } = newRunner();
  runner.run(election(0));
  runner.stop();
  clock.advance(1000);
  expect([fired, clock.due]).toEqual([[], []]);
});
