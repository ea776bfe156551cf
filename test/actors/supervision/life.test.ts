import { describe, expect, test } from "vitest";
import { refusal, type Request } from "../../../packages/actors/src/supervision/life-refusals.ts";
import { diskRefusal } from "../../../packages/actors/src/threads/disk-refusal.ts";
import {
  hasThread,
  isPaused,
  isPausing,
  lifeAsSeen,
  nextLife,
  type LifeEvent,
  type ActorLife,
} from "../../../packages/actors/src/supervision/life.ts";

const LIVES = {
  starting: { type: "starting" },
  unusable: { type: "unusable", why: "no machine" },
  running: { type: "running", pause: undefined },
  pausing: { type: "running", pause: { number: 3, begun: false } },
  paused: { type: "running", pause: { number: 3, begun: true } },
  dyingEarly: { type: "dying", wasReady: false, cause: "a bug" },
  dying: { type: "dying", wasReady: true, cause: "a bug" },
  crashingEarly: { type: "crashing", wasReady: false },
  crashing: { type: "crashing", wasReady: true },
  recyclingEarly: { type: "recycling", wasReady: false, cause: "db has crashed" },
  recycling: { type: "recycling", wasReady: true, cause: "db has crashed" },
  recyclingDeadEarly: { type: "recycling", wasReady: false, cause: "a bug" },
  recyclingDead: { type: "recycling", wasReady: true, cause: "a bug" },
  stoppingEarly: { type: "stopping", wasReady: false, closed: undefined, crash: undefined },
  stopping: { type: "stopping", wasReady: true, closed: undefined, crash: undefined },
  stoppingDeadEarly: { type: "stopping", wasReady: false, closed: undefined, crash: "a bug" },
  stoppingDead: { type: "stopping", wasReady: true, closed: undefined, crash: "a bug" },
  closingEarly: { type: "stopping", wasReady: false, closed: "removed", crash: undefined },
  closing: { type: "stopping", wasReady: true, closed: "removed", crash: undefined },
  closingDeadEarly: { type: "stopping", wasReady: false, closed: "removed", crash: "a bug" },
  closingDead: { type: "stopping", wasReady: true, closed: "removed", crash: "a bug" },
  restarting: { type: "restarting", cause: "a bug" },
  restartingAlong: { type: "restarting", cause: "db has crashed" },
  completed: { type: "completed" },
  failed: { type: "failed", cause: "many bugs" },
  stopped: { type: "stopped" },
  barred: { type: "barred", why: "half wiped" },
  closed: { type: "closed", why: "removed" },
} as const satisfies Record<string, ActorLife>;

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
      dyingEarly: "dying",
      crashingEarly: "crashing",
      recyclingEarly: "recycling",
      recyclingDeadEarly: "recyclingDead",
      stoppingEarly: "stopping",
      stoppingDeadEarly: "stoppingDead",
      closingEarly: "closing",
      closingDeadEarly: "closingDead",
    },
  ],
  [
    { type: "foundUnusable", why: "no machine" },
    {
      ...each(without(...THREADED), "never"),
      ...each(["starting", "running", "pausing", "paused"], "unusable"),
      ...each(["dyingEarly", "dying", "crashingEarly", "crashing"], "unusable"),
      ...each(["recyclingEarly", "recycling"], "unusable"),
      ...each(["recyclingDeadEarly", "recyclingDead"], "unusable"),
    },
  ],
  [{ type: "pauseRequested", number: 3 }, { running: "pausing" }],
  [{ type: "pauseBegun", number: 3 }, { pausing: "paused" }],
  [{ type: "pauseBegun", number: 2 }, {}],
  [{ type: "resumed" }, { pausing: "running", paused: "running" }],
  [
    { type: "dying", cause: "a bug" },
    { starting: "dyingEarly", ...each(["running", "pausing", "paused"], "dying") },
  ],
  [
    { type: "crashRequested" },
    { starting: "crashingEarly", ...each(["running", "pausing", "paused"], "crashing") },
  ],
  [
    { type: "recycleRequested", cause: "db has crashed" },
    {
      ...each(["starting", "crashingEarly"], "recyclingEarly"),
      ...each(["running", "pausing", "paused", "crashing"], "recycling"),
      dyingEarly: "recyclingDeadEarly",
      dying: "recyclingDead",
      completed: "restartingAlong",
    },
  ],
  [
    { type: "stopRequested" },
    {
      ...each(["starting", "unusable", "crashingEarly", "recyclingEarly"], "stoppingEarly"),
      recyclingDeadEarly: "stoppingEarly",
      ...each(["running", "pausing", "paused", "crashing", "recycling"], "stopping"),
      recyclingDead: "stopping",
      dyingEarly: "stoppingDeadEarly",
      dying: "stoppingDead",
      ...each(["restarting", "restartingAlong", "completed", "failed"], "stopped"),
    },
  ],
  [
    { type: "closeRequested", why: "removed" },
    {
      ...each(["starting", "unusable", "crashingEarly"], "closingEarly"),
      ...each(["recyclingEarly", "recyclingDeadEarly", "stoppingEarly"], "closingEarly"),
      ...each(["running", "pausing", "paused", "crashing", "recycling", "stopping"], "closing"),
      recyclingDead: "closing",
      ...each(["dyingEarly", "stoppingDeadEarly"], "closingDeadEarly"),
      ...each(["dying", "stoppingDead"], "closingDead"),
      ...each(["restarting", "restartingAlong", "completed", "failed"], "closed"),
      ...each(["stopped", "barred"], "closed"),
    },
  ],
  [
    { type: "stopped" },
    {
      ...each(NAMES, "never"),
      ...each(["stoppingEarly", "stopping", "stoppingDeadEarly", "stoppingDead"], "stopped"),
      ...each(["closingEarly", "closing", "closingDeadEarly", "closingDead"], "closed"),
    },
  ],
  [
    { type: "crashed", cause: "a bug" },
    { ...each(NAMES, "never"), ...each(THREADED, "restarting") },
  ],
  [{ type: "completed" }, { ...each(NAMES, "never"), ...each(THREADED, "completed") }],
  [
    { type: "gaveUp", cause: "many bugs" },
    { ...each(NAMES, "never"), ...each(THREADED, "failed") },
  ],
  [
    { type: "barred", why: "half wiped" },
    { ...each(NAMES, "never"), ...each(["failed", "stopped", "barred"], "barred") },
  ],
  [
    { type: "unbarred" },
    { ...each(NAMES, "never"), ...each(["failed", "stopped", "barred"], "stopped") },
  ],
];

describe("the life of an actor", () => {
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
      ...same(
        THREADED.filter((name) => name.endsWith("Early")),
        { type: "starting" },
      ),
      ...same(["starting", "unusable"], { type: "starting" }),
      ...same(["running", "pausing", "paused", "dying", "crashing"], { type: "running" }),
      ...same(["recycling", "recyclingDead", "stopping", "closing"], { type: "running" }),
      ...same(["stoppingDead", "closingDead"], { type: "running" }),
      restarting: { type: "restarting", cause: "a bug" },
      restartingAlong: { type: "restarting", cause: "db has crashed" },
      failed: { type: "failed", cause: "many bugs" },
      barred: { type: "failed", cause: "half wiped" },
      ...same(["completed", "stopped", "closed"], { type: "stopped" }),
    });
  });

  test("tells whether there is a thread, and whether it pauses", () => {
    expect(NAMES.filter((name) => hasThread(LIVES[name]))).toEqual(THREADED);
    expect(NAMES.filter((name) => isPausing(LIVES[name]))).toEqual(["pausing", "paused"]);
    expect(NAMES.filter((name) => isPaused(LIVES[name]))).toEqual(["paused"]);
  });
});

describe("what is refused, and why", () => {
  const closing = ["closingEarly", "closing", "closingDeadEarly", "closingDead"] as const;
  const closed = same([...closing, "closed"], "removed");
  const ending: Partial<Record<Name, string>> = {
    unusable: "cannot run: no machine",
    ...same(["dyingEarly", "dying"], "has crashed: a bug"),
    ...same(["crashingEarly", "crashing"], "is being killed"),
    ...same(["recyclingEarly", "recycling"], "is being restarted"),
    ...same(["recyclingDeadEarly", "recyclingDead"], "is being restarted"),
    ...same(["stoppingEarly", "stopping"], "is being stopped"),
    ...same(["stoppingDeadEarly", "stoppingDead"], "is being stopped"),
  };
  const withEnding = (start: string): Record<string, string> =>
    Object.fromEntries(Object.entries(ending).map(([name, what]) => [name, start + what]));

  test("a start", () => {
    expect(refusalsOf("start")).toEqual({
      ...same(["starting", "running", "pausing", "paused"], "n1 runs already"),
      ...withEnding("n1 cannot start yet: it "),
      ...closed,
      barred: "n1 cannot start: half wiped",
    });
  });

  test("a crash", () => {
    expect(refusalsOf("crash")).toEqual({
      ...closed,
      ...same(["stoppingEarly", "stopping"], "n1 is being stopped"),
      ...same(["stoppingDeadEarly", "stoppingDead"], "n1 is being stopped"),
      ...withoutThread("crash"),
    });
  });

  test("a pause", () => {
    expect(refusalsOf("pause")).toEqual({
      starting: "n1 cannot be paused: it is starting",
      ...withEnding("n1 cannot be paused: it "),
      ...same(closing, "n1 cannot be paused: it is being stopped"),
      closed: "n1 has no thread to pause: it is stopped",
      ...withoutThread("pause"),
    });
  });

  test("another disk", () => {
    expect(refusals((life) => diskRefusal("n1", life))).toEqual({
      ...same(
        without("failed", "stopped", "barred"),
        "the disk of n1 is in use: stop the node before its disk is replaced",
      ),
      ...closed,
    });
  });
});

function after(life: ActorLife, event: LifeEvent): ActorLife | "never" {
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
function refusals(why: (life: ActorLife) => string | undefined): Record<string, string> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const reason = why(LIVES[name]);
      return reason === undefined ? [] : [[name, reason]];
    }),
  );
}

function withoutThread(request: Request): Record<string, string> {
  const text = (type: string): string => `n1 has no thread to ${request}: it is ${type}`;
  return {
    ...same(["restarting", "restartingAlong"], text("restarting")),
    ...same(["failed", "barred"], text("failed")),
    ...same(["completed", "stopped"], text("stopped")),
  };
}

function refusalsOf(request: Request): Record<string, string> {
  return refusals((life) => refusal(request, "n1", life));
}
