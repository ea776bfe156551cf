import { nodeId } from "@kontiki/core";
import { describe, expect, test } from "vitest";
import { refusal, type Request } from "../../../packages/actors/src/threads/life-refusals.ts";
import {
  hasThread,
  isPaused,
  isPausing,
  lifeAsSeen,
  nextLife,
  type LifeEvent,
  type NodeLife,
} from "../../../packages/actors/src/threads/life.ts";

const LIVES = {
  starting: { type: "starting" },
  unusable: { type: "unusable", why: "no machine" },
  running: { type: "running", pause: undefined },
  pausing: { type: "running", pause: { number: 3, begun: false } },
  paused: { type: "running", pause: { number: 3, begun: true } },
  crashingEarly: { type: "crashing", wasReady: false },
  crashing: { type: "crashing", wasReady: true },
  stoppingEarly: { type: "stopping", wasReady: false, closed: undefined },
  stopping: { type: "stopping", wasReady: true, closed: undefined },
  closingEarly: { type: "stopping", wasReady: false, closed: "removed" },
  closing: { type: "stopping", wasReady: true, closed: "removed" },
  restarting: { type: "restarting", cause: "a bug" },
  failed: { type: "failed", cause: "many bugs" },
  stopped: { type: "stopped" },
  diskless: { type: "diskless", why: "half wiped" },
  closed: { type: "closed", why: "removed" },
} as const satisfies Record<string, NodeLife>;

type Name = keyof typeof LIVES;
const NAMES = Object.keys(LIVES) as Name[];
const THREADED = NAMES.slice(0, NAMES.indexOf("restarting"));

/** The lives that an event changes, and to what; "never" where it cannot happen. All others stay as they are. */
type Changes = Partial<Record<Name, Name | "never">>;

function each(names: readonly Name[], next: Name | "never"): Changes {
  return Object.fromEntries(names.map((name) => [name, next]));
}

function without(...names: readonly Name[]): Name[] {
  return NAMES.filter((name) => !names.includes(name));
}

const TABLE: readonly (readonly [event: LifeEvent, changes: Changes])[] = [
  [{ type: "spawned" }, { ...each(NAMES, "starting"), ...each(THREADED, "never") }],
  [
    { type: "ready" },
    {
      starting: "running",
      crashingEarly: "crashing",
      stoppingEarly: "stopping",
      closingEarly: "closing",
    },
  ],
  [
    { type: "foundUnusable", why: "no machine" },
    {
      ...each(without(...THREADED), "never"),
      ...each(["starting", "running", "pausing", "paused"], "unusable"),
      ...each(["crashingEarly", "crashing"], "unusable"),
    },
  ],
  [{ type: "pauseRequested", number: 3 }, { running: "pausing" }],
  [{ type: "pauseBegun", number: 3 }, { pausing: "paused" }],
  [{ type: "pauseBegun", number: 2 }, {}],
  [{ type: "resumed" }, { pausing: "running", paused: "running" }],
  [
    { type: "crashRequested" },
    { starting: "crashingEarly", ...each(["running", "pausing", "paused"], "crashing") },
  ],
  [
    { type: "stopRequested" },
    {
      ...each(["starting", "unusable", "crashingEarly"], "stoppingEarly"),
      ...each(["running", "pausing", "paused", "crashing"], "stopping"),
      ...each(["restarting", "failed"], "stopped"),
    },
  ],
  [
    { type: "closeRequested", why: "removed" },
    {
      ...each(["starting", "unusable", "crashingEarly", "stoppingEarly"], "closingEarly"),
      ...each(["running", "pausing", "paused", "crashing", "stopping"], "closing"),
      ...each(["restarting", "failed", "stopped", "diskless"], "closed"),
    },
  ],
  [
    { type: "stopped" },
    {
      ...each(NAMES, "never"),
      ...each(["stoppingEarly", "stopping"], "stopped"),
      ...each(["closingEarly", "closing"], "closed"),
    },
  ],
  [
    { type: "crashed", cause: "a bug" },
    { ...each(NAMES, "never"), ...each(THREADED, "restarting") },
  ],
  [
    { type: "gaveUp", cause: "many bugs" },
    { ...each(NAMES, "never"), ...each(THREADED, "failed") },
  ],
  [
    { type: "diskLost", why: "half wiped" },
    { ...each(NAMES, "never"), ...each(["stopped", "diskless"], "diskless") },
  ],
  [{ type: "diskReplaced" }, { ...each(NAMES, "never"), diskless: "stopped", stopped: "stopped" }],
];

describe("the life of a node", () => {
  test.each(TABLE)("after $type", (event, changes) => {
    const found = NAMES.map((name) => [name, after(LIVES[name], event)]);
    const expected = NAMES.map((name) => {
      const next = changes[name] ?? name;
      return [name, next === "never" ? next : LIVES[next]];
    });
    expect(found).toEqual(expected);
  });

  test("is permanently closed for the first reason", () => {
    const again = { type: "closeRequested", why: "the cluster is stopped" } as const;
    expect(nextLife(LIVES.closing, again)).toEqual(LIVES.closing);
    expect(nextLife(LIVES.closed, again)).toEqual(LIVES.closed);
  });

  test("is seen by users as what the thread does, not as what was asked of it", () => {
    const seen = NAMES.map((name) => [name, lifeAsSeen(LIVES[name])]);
    expect(Object.fromEntries(seen)).toEqual({
      ...same(["starting", "unusable", "crashingEarly", "stoppingEarly", "closingEarly"], {
        type: "starting",
      }),
      ...same(["running", "pausing", "paused", "crashing", "stopping", "closing"], {
        type: "running",
      }),
      restarting: { type: "restarting", cause: "a bug" },
      failed: { type: "failed", cause: "many bugs" },
      diskless: { type: "failed", cause: "half wiped" },
      ...same(["stopped", "closed"], { type: "stopped" }),
    });
  });

  test("tells whether there is a thread, and whether it pauses", () => {
    expect(NAMES.filter((name) => hasThread(LIVES[name]))).toEqual(THREADED);
    expect(NAMES.filter((name) => isPausing(LIVES[name]))).toEqual(["pausing", "paused"]);
    expect(NAMES.filter((name) => isPaused(LIVES[name]))).toEqual(["paused"]);
  });
});

describe("what is refused, and why", () => {
  const closed = same(["closingEarly", "closing", "closed"], "removed");

  test("a start", () => {
    expect(refusals("start")).toEqual({
      ...same(THREADED, "n1 runs already"),
      ...closed,
      diskless: "n1 cannot start: half wiped",
    });
  });

  test("a crash", () => {
    expect(refusals("crash")).toEqual({
      ...closed,
      ...same(["stoppingEarly", "stopping"], "n1 is being stopped"),
      restarting: "n1 has no thread to crash: it is restarting",
      ...same(["failed", "diskless"], "n1 has no thread to crash: it is failed"),
      stopped: "n1 has no thread to crash: it is stopped",
    });
  });

  test("a pause", () => {
    const refused = without("running", "pausing", "paused");
    const text = (name: Name): string =>
      `n1 has no thread to pause: it is ${lifeAsSeen(LIVES[name]).type}`;
    expect(refusals("pause")).toEqual(
      Object.fromEntries(refused.map((name) => [name, text(name)])),
    );
  });

  test("another disk", () => {
    expect(refusals("replaceDisk")).toEqual({
      ...same(
        without("stopped", "diskless"),
        "the disk of n1 is in use: stop the node before its disk is replaced",
      ),
      ...closed,
    });
  });
});

function after(life: NodeLife, event: LifeEvent): NodeLife | "never" {
  try {
    return nextLife(life, event);
  } catch {
    return "never";
  }
}

function same<T>(names: readonly Name[], value: T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, value]));
}

/** The lives in which something is refused, and the reasons. */
function refusals(request: Request): Record<string, string> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const reason = refusal(request, nodeId("n1"), LIVES[name]);
      return reason === undefined ? [] : [[name, reason]];
    }),
  );
}
