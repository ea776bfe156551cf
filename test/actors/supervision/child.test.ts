/** What is asked of a child while its thread ends: it has crashed, or was killed, and is not gone yet. */
import { expect, test } from "vitest";
import type {
  ActorThread,
  Posted,
  Stoppable,
  ThreadHandlers,
} from "../../../packages/actors/src/supervision/actor-thread.ts";
import type { ChildHost } from "../../../packages/actors/src/supervision/child-host.ts";
import { Child } from "../../../packages/actors/src/supervision/child.ts";

type Thread = ActorThread<Posted, Stoppable>;

/** A thread that ends when the test says so. */
class FakeThread {
  readonly #handlers: ThreadHandlers<Posted>;
  #cause: string | undefined;

  constructor(handlers: ThreadHandlers<Posted>) {
    this.#handlers = handlers;
  }

  ready(): void {
    this.#handlers.onMessage({ type: "ready" });
  }

  kill(cause: string): void {
    if (this.#cause !== undefined) return;
    this.#cause = cause;
    this.#handlers.onDying(cause);
  }

  falls(): void {
    this.#handlers.onSilent(this.#cause);
  }

  exits(): void {
    this.#handlers.onExit(this.#cause);
  }

  pause = (): number => 1;
  resume(): void {}
  stop(): void {}
}

class FakeChild extends Child<Posted, Stoppable> {
  readonly threads: FakeThread[] = [];

  protected override open(_incarnation: number, handlers: ThreadHandlers<Posted>): Thread {
    const thread = new FakeThread(handlers);
    this.threads.push(thread);
    return thread as unknown as Thread;
  }

  protected override onReady(): void {}
  protected override onPosted(): void {}
  protected override onEnded(): undefined {}
}

/** A child that runs, and what it has reported. */
function running() {
  const reports: unknown[] = [];
  const downs: string[] = [];
  const nothing = (): void => {};
  const host = {
    policy: { crashes: 10, withinMs: 60_000, firstPauseMs: 60_000, pauseMsMax: 60_000 },
    restart: "permanent",
    heapMiB: 1,
    givesUpFirst: false,
    onReport: (report: unknown) => reports.push(report),
    onDown: (_incarnation: number, { cause }: { readonly cause: string }) => downs.push(cause),
    onLife: nothing,
    onUp: nothing,
    onGone: nothing,
    onPaused: nothing,
    onCrashed: nothing,
    onRestartDue: nothing,
    onLetter: nothing,
    onMailReport: nothing,
  } as const satisfies ChildHost<Thread>;
  const child = new FakeChild("n1", host);
  const start = (): FakeThread => {
    child.start();
    const thread = child.threads.at(-1);
    if (thread === undefined) throw new Error("no thread was started");
    thread.ready();
    return thread;
  };
  return { child, reports, downs, start, thread: start() };
}

const restartInMs: unknown = expect.any(Number);
const CRASHED = { type: "crashed", cause: "a bug", asked: false, crashes: 1, restartInMs };

test.each([
  ["before its end is seen", false],
  ["after it", true],
])("a crash that is asked for when it has crashed by itself, %s: its own counts", (...given) => {
  const { child, reports, thread } = running();
  thread.kill("a bug");
  if (given[1]) thread.falls();
  child.crash();
  expect(child.life).toEqual({ type: "running" });
  if (!given[1]) thread.falls();
  thread.exits();
  child.stop(0);
  expect(reports).toEqual([CRASHED, { type: "stopped" }]);
});

test("a crash that was asked for first is one that was asked for", () => {
  const { child, reports, thread } = running();
  child.crash();
  thread.kill("a bug");
  thread.falls();
  thread.exits();
  child.stop(0);
  const cause = "killed on request";
  expect(reports[0]).toEqual({ ...CRASHED, cause, asked: true, crashes: 0 });
});

test.each([
  ["before its end is seen", false],
  ["after it", true],
])("a stop that is asked for when it has crashed, %s: the crash is reported too", (...given) => {
  const { child, reports, downs, start, thread } = running();
  thread.kill("a bug");
  if (given[1]) thread.falls();
  child.stop(0);
  if (!given[1]) thread.falls();
  thread.exits();
  expect(downs).toEqual(["a bug"]);
  expect(reports).toEqual([{ ...CRASHED, restartInMs: undefined }, { type: "stopped" }]);
  expect(child.life).toEqual({ type: "stopped" });
  start();
  expect(child.restarts).toBe(1);
  child.stop(0);
});

test("one that is restarted along with another when it has crashed tells its own cause", () => {
  const { child, reports, thread } = running();
  thread.kill("a bug");
  child.recycle(0, "db has crashed");
  thread.falls();
  thread.exits();
  expect(reports).toEqual([{ type: "recycled", cause: "a bug" }]);
});

test.each([
  ["has crashed", "has crashed: a bug", (child: FakeChild) => child.threads[0]?.kill("a bug")],
  ["was killed", "is being killed", (child: FakeChild) => child.crash()],
  ["was asked to stop", "is being stopped", (child: FakeChild) => child.stop(0)],
] as const)("one that %s and is not gone yet is neither paused nor started", (_, what, end) => {
  const { child, thread } = running();
  end(child);
  expect(() => child.pause()).toThrow(`n1 cannot be paused: it ${what}`);
  expect(() => child.start()).toThrow(`n1 cannot start yet: it ${what}`);
  child.resume();
  thread.falls();
  expect(() => child.pause()).toThrow(`n1 cannot be paused: it ${what}`);
  thread.exits();
  child.stop(0);
});
