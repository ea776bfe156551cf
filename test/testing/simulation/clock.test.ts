import { expect, test } from "vitest";
import { Chance } from "../../../packages/testing/src/chance.ts";
import { SimClock } from "../../../packages/testing/src/simulation/sim-clock.ts";
import { FakeTimeline } from "../support/fake-timeline.ts";

function stage(): { timeline: FakeTimeline; clock: SimClock } {
  const timeline = new FakeTimeline();
  timeline.advance(100);
  return { timeline, clock: new SimClock(timeline, new Chance(1)) };
}

test("a clock without faults shows the time of the run", () => {
  const { timeline, clock } = stage();
  timeline.advance(50);
  expect([clock.nowMs(), clock.pulses(), clock.rate]).toEqual([150, 7, 1]);
});

test("a fast clock counts more, from the beginning of the fault to its end", () => {
  const { timeline, clock } = stage();
  const end = clock.beginDrift(2);
  timeline.advance(100);
  expect(clock.nowMs()).toBe(300);
  const endOther = clock.beginDrift(0.25);
  expect(clock.rate).toBe(0.5);
  timeline.advance(100);
  expect(clock.nowMs()).toBe(350);
  end();
  end();
  timeline.advance(100);
  expect(clock.nowMs()).toBe(375);
  endOther();
  timeline.advance(100);
  expect(clock.nowMs()).toBe(475);
});

test("timers keep the clock's rate of the moment when they were set", () => {
  const { timeline, clock } = stage();
  const rang: [string, number][] = [];
  clock.after(100, () => rang.push(["before", timeline.now]));
  const end = clock.beginDrift(2);
  clock.after(100, () => rang.push(["fast", timeline.now]));
  clock.after(100, () => rang.push(["called off", timeline.now]))();
  end();
  clock.step(1000);
  timeline.advance(500);
  expect(rang).toEqual([
    ["fast", 150],
    ["before", 200],
  ]);
});

test("a fast node sees its supervisor as fast too, so that its timeouts count", () => {
  const { timeline, clock } = stage();
  clock.beginDrift(10);
  const before = clock.pulses();
  timeline.advance(15);
  expect(clock.pulses() - before).toBe(7);
});

test("the clock shows a jump, even back, and a jump does not move the pulses", () => {
  const { timeline, clock } = stage();
  clock.step(-40);
  expect(clock.nowMs()).toBe(60);
  clock.step(45);
  timeline.advance(1);
  expect([clock.nowMs(), clock.pulses()]).toEqual([106, 5]);
});
