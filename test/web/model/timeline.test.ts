import {
  faultLabel,
  addressIn,
  after,
  firstMoment,
  fragmentOf,
  played,
  positionOf,
  Timeline,
  toldNear,
  type Moment,
} from "@kontiki/web/model";
import type { RecordedEvent } from "@kontiki/cli/recording";
import { describe, expect, test } from "vitest";
import { step } from "../support/recorded.ts";

const NODES = ["n1", "n2", "n3"];

/** Terms that grow, logs that are appended to and cut off, and steps that change nothing. */
const EVENTS = Array.from({ length: 1_000 }, (_none, at): RecordedEvent => {
  const node = NODES[at % 3] ?? "";
  if (at % 7 === 0) return { at, type: "step", node, text: "nothing", quiet: true };
  const log = at % 11 === 0 ? { after: at % 5, append: [] } : { append: [[at, "c", ""] as const] };
  return step(at, node, { state: { term: at }, log });
});

function timelineOf(events: readonly RecordedEvent[]): Timeline {
  const timeline = new Timeline(NODES);
  timeline.append(events);
  return timeline;
}

describe("a timeline", () => {
  test("has the moment after each event, in whichever order they are asked for", () => {
    const timeline = timelineOf(EVENTS);
    const expected: Moment[] = [];
    EVENTS.reduce((moment, event) => {
      const next = after(moment, event);
      expected.push(next);
      return next;
    }, firstMoment(NODES));
    for (const index of [999, 0, 500, 501, 502, 499, 127, 128, 129, 256, 998])
      expect(timeline.moment(index)).toEqual(expected[index]);
    expect(timeline.moment(-1)).toEqual(firstMoment(NODES));
  });

  test("keeps its moments when events are added", () => {
    const timeline = timelineOf(EVENTS.slice(0, 300));
    const before = timeline.moment(299);
    timeline.append(EVENTS.slice(300));
    expect(timeline.moment(299)).toEqual(before);
    expect(timeline.moment(999)).toEqual(timelineOf(EVENTS).moment(999));
  });

  test("keeps its last events, and every moment after them", () => {
    const fault = { id: 7, name: "pause", phase: "began", nodes: ["n1"] } as const;
    const began: RecordedEvent = { at: 3, type: "fault", node: "", text: "7: pause begins", fault };
    const timer = { from: 5, to: 9, kind: "election" } as const;
    const events = [...EVENTS.slice(0, 3), { ...began, cuts: ["n1>n2"] }, ...EVENTS.slice(4, 600)];
    events.push(step(600, "n2", { timer, life: "up", applied: 3 }), step(601, "n1", {}));
    const [timeline, whole] = [timelineOf(events), timelineOf(events)];
    const moved = timeline.keepLast(301);
    // The moment before, and the fault in force.
    expect([timeline.length, timeline.begin, moved]).toEqual([303, 300, events.length - 303]);
    expect(timeline.event(0)?.text).toBe("what came before is no longer kept");
    for (const index of [1, 2, 150, 300, 301, 302])
      expect(timeline.moment(index)).toEqual(whole.moment(index + moved));
    expect(timeline.marks.faults).toEqual([{ name: "pause n1", from: 300, to: undefined }]);
    expect(timeline.keepLast(303)).toBe(0);
  });

  test("finds the last event at a time", () => {
    const timeline = timelineOf([step(1, "n1", {}), step(1, "n2", {}), step(4, "n3", {})]);
    expect([0.5, 1, 3.9, 4, 99].map((at) => timeline.indexAt(at))).toEqual([-1, 1, 1, 2, 2]);
  });

  test("steps over quiet events", () => {
    const quiet = { ...step(2, "n1", {}), quiet: true } as const;
    const timeline = timelineOf([step(1, "n1", {}), quiet, quiet, step(3, "n2", {}), quiet]);
    expect([-1, 0, 3].map((index) => toldNear(timeline, index, 1))).toEqual([0, 3, 4]);
    expect([4, 3, 0].map((index) => toldNear(timeline, index, -1))).toEqual([3, 0, -1]);
  });

  test("plays by time, and ends at its last event", () => {
    const timeline = timelineOf([step(1, "n1", {}), step(2, "n2", {}), step(9, "n3", {})]);
    expect(played(timeline, positionOf(timeline, 0), 3)).toEqual({ index: 1, at: 4 });
    expect(played(timeline, positionOf(timeline, 0), 300)).toEqual({ index: 2, at: 9 });
  });
});

describe("letters", () => {
  const sent = (id: number, at: number): RecordedEvent => ({
    at,
    type: "sent",
    node: "n1",
    text: "",
    letter: { id, from: "n1", to: "n2", kind: "append", text: "appendEntries" },
  });
  const ended = (letter: number, at: number, lost?: string): RecordedEvent => ({
    at,
    type: lost === undefined ? "received" : "lost",
    node: "n2",
    text: "",
    end: { letter, ...(lost !== undefined && { lost }) },
  });

  test("fly from the event that sends them to the one at which they arrive", () => {
    const { letters } = timelineOf([sent(1, 0), step(5, "n3", {}), ended(1, 10)]);
    const flying = (event: number, at: number): readonly (readonly [number, number])[] =>
      letters.flyingAt(event, at).map(({ posted, part }) => [posted.letter.id, part]);
    expect(flying(0, 0)).toEqual([[1, 0]]);
    expect(flying(1, 5)).toEqual([[1, 0.5]]);
    expect(flying(2, 10)).toEqual([]);
  });

  test("that are lost are seen for a moment where that happened", () => {
    const { letters } = timelineOf([sent(1, 0), ended(1, 0, "cut off"), step(9, "n3", {})]);
    const posted = letters.find(1);
    expect(letters.flyingAt(1, 2)).toEqual([{ posted, part: 0.5, isOver: true }]);
    expect(letters.flyingAt(2, 9)).toEqual([]);
  });

  test("arrive, arrive twice, are lost, or are still on their way at the end", () => {
    const { letters } = timelineOf([
      sent(1, 0),
      sent(2, 0),
      sent(3, 0),
      sent(4, 0),
      ended(1, 1),
      ended(2, 1),
      ended(2, 2),
      ended(3, 2, "cut off"),
    ]);
    expect([1, 2, 3, 4, 5].map((id) => letters.find(id)?.fate)).toEqual([
      { type: "arrived", event: 4, at: 1, times: 1 },
      { type: "arrived", event: 5, at: 1, times: 2 },
      { type: "lost", event: 7, at: 2, reason: "cut off" },
      undefined,
      undefined,
    ]);
  });

  test("of which one copy is lost and another arrives have arrived", () => {
    const { letters } = timelineOf([sent(1, 0), ended(1, 1, "cut off"), ended(1, 5)]);
    expect(letters.find(1)?.fate).toEqual({ type: "arrived", event: 2, at: 5, times: 1 });
  });

  test("that ended lately are found, in the order in which they were sent", () => {
    const { letters } = timelineOf([
      ...[1, 2, 3, 4].map((id) => sent(id, id)),
      ended(1, 5),
      ended(3, 6, "cut off"),
      ended(2, 7),
    ]);
    const since = (at: number, max = 9): readonly number[] =>
      letters.endedSince(at, max).map(({ letter }) => letter.id);
    expect([since(4), since(5), since(4, 2), since(7)]).toEqual([[1, 2, 3], [2, 3], [2, 3], []]);
  });

  test("that arrive where their receiver no longer runs are lost", () => {
    const { letters } = timelineOf([sent(1, 0), ended(1, 3), ended(1, 3, "not running")]);
    expect(letters.find(1)?.fate).toEqual({ type: "lost", event: 2, at: 3, reason: "not running" });
  });

  test("touch the events between which they fly", () => {
    const { letters } = timelineOf([
      sent(1, 0),
      step(1, "n1", {}),
      ended(1, 2),
      sent(2, 3),
      ended(2, 4),
    ]);
    const between = (first: number, last: number): readonly number[] =>
      letters.between(first, last).map(({ letter }) => letter.id);
    expect([between(1, 1), between(3, 3), between(0, 4)]).toEqual([[1], [2], [1, 2]]);
  });
});

describe("marks", () => {
  const leads = step(10, "n1", { state: { term: 2, role: { type: "leader" } } });
  const events: readonly RecordedEvent[] = [
    step(1, "n1", { state: { term: 1, role: { type: "follower" } } }),
    leads,
    { at: 20, type: "ended", node: "n1", text: "goes down", changes: { n1: { life: "down" } } },
    step(30, "n2", { state: { term: 3, role: { type: "leader" } } }),
    { at: 40, type: "violation", node: "", text: "Election Safety: two leaders" },
  ];

  test("are elections, crashes, faults and violations", () => {
    const { marks } = timelineOf(events);
    expect(marks.all.map(({ kind, event, text }) => [kind, event, text])).toEqual([
      ["election", 1, "n1 leads term 2"],
      ["crash", 2, "n1 goes down"],
      ["election", 3, "n2 leads term 3"],
      ["violation", 4, "Election Safety: two leaders"],
    ]);
    expect(marks.reigns).toEqual([
      { name: "n1", from: 10, to: 20, term: 2 },
      { name: "n2", from: 30, to: undefined, term: 3 },
    ]);
  });

  test("are found before and after an event", () => {
    const { marks } = timelineOf(events);
    const near = (event: number, direction: 1 | -1): number | undefined =>
      marks.near("election", event, direction)?.event;
    expect([near(-1, 1), near(1, 1), near(3, 1), near(3, -1), near(1, -1)]).toEqual([
      1,
      3,
      undefined,
      1,
      undefined,
    ]);
  });

  test("show a fault from its beginning to its end", () => {
    const fault = { id: 3, name: "pause", nodes: ["n1"] } as const;
    const { marks } = timelineOf([
      { at: 5, type: "fault", node: "", text: "pause begins", fault: { ...fault, phase: "began" } },
      { at: 9, type: "fault", node: "", text: "pause ends", fault: { ...fault, phase: "ended" } },
    ]);
    expect(marks.faults).toEqual([{ name: "pause n1", from: 5, to: 9 }]);
  });

  test.each([
    ["oneWay n1>n2", ["n1", "n2"], "oneWay n1>n2"],
    ["partition n1 n2 | n3", ["n1", "n2", "n3"], "partition n1 n2 | n3"],
    ["crash leader", ["n2"], "crash leader n2"],
    ["loss n1>* share 0.1", ["n1", "n2", "n3"], "loss n1>* share 0.1"],
  ])("call a fault %s of %j %s", (name, nodes, label) => {
    expect(faultLabel({ name, nodes })).toBe(label);
  });
});

describe("an address", () => {
  test.each([
    ["#12", { step: 12, node: undefined, since: undefined }],
    ["#step=12&node=n1&since=3", { step: 12, node: "n1", since: 3 }],
    ["", { step: undefined, node: undefined, since: undefined }],
    ["#step=x&since=-1", { step: undefined, node: undefined, since: undefined }],
  ])("%j names a moment", (fragment, address) => {
    expect(addressIn(fragment)).toEqual(address);
  });

  test("is read as it was written", () => {
    const address = { step: 7, node: "n2", since: 1 };
    expect(addressIn(fragmentOf(address))).toEqual(address);
  });
});
