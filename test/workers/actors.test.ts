import {
  ActorSystem,
  type ActorEvent,
  type ActorRef,
  type ActorSystemOptions,
  type SpawnOptions,
} from "@kontiki/actors/runtime";
import { describe, expect, onTestFinished, test } from "vitest";

const PROBE = new URL("./actors/probe.mjs", import.meta.url);
const QUICK = { crashes: 2, withinMs: 60_000, firstPauseMs: 1, pauseMsMax: 2 };
const LONG_MS = 60_000;
/** Long enough for an actor to handle a message and to end. */
const BLOCK_MS = 400;
const SLOW = { timeout: LONG_MS };

/** A system whose crashes are soon over, and what happened in it. */
function newSystem(options: ActorSystemOptions = {}) {
  const system = new ActorSystem({ restarts: QUICK, stopMs: LONG_MS, ...options });
  onTestFinished(() => system.stop(0));
  const events: ActorEvent[] = [];
  system.events.on("event", (event) => events.push(event));
  const next = (type: ActorEvent["type"], actor: string, incarnation: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = events.some(
          (event) =>
            event.type === type &&
            "actor" in event &&
            event.actor === actor &&
            event.incarnation === incarnation,
        );
        if (!found) return;
        system.events.off("event", look);
        resolve();
      };
      system.events.on("event", look);
      look();
    });
  const spawn = (name: string, spawned?: SpawnOptions): Promise<ActorRef> =>
    system.spawn(name, PROBE, spawned);
  return { system, events, next, spawn };
}

/** Sooner than the end of the test, which would not say what has no answer. */
const ANSWER_MS = 45_000;

const asking = (actor: ActorRef, message: object): Promise<unknown> =>
  actor.ask(message, { deadlineMs: ANSWER_MS });

/** How an ask that fails ends. */
const failing = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => "answered",
    ({ message, outcome }: { message: string; outcome: string }) => [outcome, message],
  );

function threads(): number {
  return (process.report.getReport() as unknown as { workers: unknown[] }).workers.length;
}

describe("actors in threads", SLOW, () => {
  test("tell and ask each other, see each other end, and leave no thread", async () => {
    const before = threads();
    const { system, events, next, spawn } = newSystem();
    const [a, b] = [await spawn("a"), await spawn("b")];
    a.tell({ type: "note", said: 1 });
    a.tell({ type: "note", said: 2 });
    expect(await asking(a, { type: "notes" })).toEqual([1, 2]);
    const echo = { to: "b", message: { type: "echo", said: { x: 1 } } };
    expect(await asking(a, { type: "ask", ...echo, deadlineMs: LONG_MS })).toEqual({
      from: "a",
      said: { x: 1 },
    });

    // The program, and then another actor, ask b what it dies of.
    const bug = { type: "throw", why: "a bug" };
    const ended = "ask of b: it ended before it answered: a bug";
    expect(await failing(asking(b, bug))).toEqual(["unknown", ended]);
    await next("started", "b", 2);
    const byActor = { type: "ask", to: "b", message: bug, deadlineMs: LONG_MS };
    expect(await asking(a, byActor)).toEqual({ text: ended, outcome: "unknown" });
    await next("started", "b", 3);
    const down = b.monitor();
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): unknown => warnings.push(message);
    process.on("warning", onWarning);
    onTestFinished(() => void process.off("warning", onWarning));
    // A thread takes its time to end, and may be killed again meanwhile.
    for (let times = 0; times < 12; times += 1) b.crash();
    expect(await down).toEqual({ actor: "b", incarnation: 3, cause: "killed on request" });
    await next("started", "b", 4);
    expect(await asking(b, { type: "start" })).toBe(4);

    expect(warnings).toEqual([]);

    await system.stop();
    const told = events.map((event) => ("actor" in event ? `${event.type} ${event.actor}` : ""));
    expect(told.join(", ")).toBe(
      "started a, started b, crashed b, started b, crashed b, started b, crashed b, started b, stopped b, stopped a",
    );
    expect(system.actors().map(({ life }) => life.type)).toEqual(["stopped", "stopped"]);
    expect(threads()).toBe(before);
    await expect(spawn("c")).rejects.toThrow("the system is stopped");
  });

  test("a full mailbox rejects new messages, which are dead letters, and answers still come", async () => {
    const { system, events, spawn } = newSystem({ mailbox: { letters: 4, bytes: 100_000 } });
    const [a, b] = [await spawn("a"), await spawn("b")];
    b.tell({ type: "never", told: "a" });
    const isBusy = async (): Promise<boolean> =>
      ((await asking(a, { type: "notes" })) as readonly unknown[]).includes("busy");
    // It comes, unless a letter was lost or an actor has crashed: then that is the finding.
    while (!(await isBusy()))
      expect([events.map(({ type }) => type), [...system.deadLetters]]).toEqual([
        ["started", "started"],
        [],
      ]);
    // The program may fill half of it.
    for (let count = 0; count < 10; count += 1) b.tell({ type: "note", said: count });
    expect(await failing(asking(b, { type: "notes" }))).toEqual([
      "definitelyNot",
      "ask of b: mailbox full",
    ]);
    expect(b.status().mailbox.letters).toBe(2);
    const ask = { type: "ask", to: "b", message: { type: "notes" }, deadlineMs: 1 };
    // Another actor fills the other half.
    const answers: unknown[] = [];
    for (let count = 0; count < 6; count += 1) answers.push(await asking(a, ask));
    expect(answers.at(-1)).toEqual({ text: "ask of b: mailbox full", outcome: "definitelyNot" });
    expect(b.status().mailbox.letters).toBe(4);
    expect(system.deadLetters.get("b: mailbox full")).toBeGreaterThanOrEqual(9);
    expect(events.filter(({ type }) => type === "deadLetter")).toEqual([
      { type: "deadLetter", to: "b", reason: "mailbox full" },
    ]);
  });

  test("monitors see the cause, and links end those that are linked", async () => {
    const { events, next, spawn } = newSystem();
    const watcher = await spawn("watcher");
    const db = await spawn("db");
    await spawn("cache", { args: { links: ["db"] } });
    for (const actor of ["db", "cache", "none"]) await asking(watcher, { type: "monitor", actor });
    const downs = asking(watcher, { type: "downs" });
    expect(await downs).toEqual([
      { actor: "none", incarnation: 0, cause: "there is no such actor" },
    ]);

    db.tell({ type: "throw", why: "the disk is full" });
    await next("started", "db", 2);
    await next("crashed", "cache", 1);
    const linked = "it is linked to db, which ended: the disk is full";
    // One that links again before the other is up again is killed again.
    expect(events.filter(({ type }) => type === "crashed").slice(0, 2)).toMatchObject([
      { actor: "db", cause: "the disk is full", asked: false, crashes: 1 },
      { actor: "cache", cause: linked, asked: false, crashes: 1 },
    ]);
    expect(await asking(watcher, { type: "notes" })).toEqual([
      { actor: "none", incarnation: 0, cause: "there is no such actor" },
      { actor: "db", incarnation: 1, cause: "the disk is full" },
      { actor: "cache", incarnation: 1, cause: linked },
    ]);
  });

  test("an actor that has ended a link does not end with the other, also if the program was blocked", async () => {
    const { events, next, spawn } = newSystem();
    await spawn("db");
    const cache = await spawn("cache", { args: { links: ["db"] } });
    cache.tell({ type: "part", with: "db", message: { type: "throw", why: "a bug" } });
    // Meanwhile the link is ended, and then db ends: the program learns of both at once.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCK_MS);
    await next("started", "db", 2);
    const crashed = events.flatMap((event) => (event.type === "crashed" ? [event.actor] : []));
    expect([crashed, await asking(cache, { type: "start" })]).toEqual([["db"], 1]);
  });

  test("one that has ended is seen to end before its memory is freed, and is the first to crash", async () => {
    const { events, next, spawn } = newSystem();
    const watcher = await spawn("watcher");
    const dead = await spawn("dead", { restart: "temporary", args: { objects: 100_000 } });
    await spawn("linked", { restart: "temporary", args: { links: ["dead"] } });
    const unanswered = failing(asking(dead, { type: "never", told: "nobody" }));
    dead.crash();
    await unanswered;

    const down = dead.monitor();
    watcher.tell({ type: "monitor", actor: "dead" });
    const seen: unknown = expect.toBeOneOf(["killed on request", "it does not run: it is failed"]);
    expect(await down).toMatchObject({ actor: "dead", cause: seen });
    expect(await asking(watcher, { type: "downs" })).toEqual([
      { actor: "dead", incarnation: 0, cause: seen },
    ]);
    await next("failed", "linked", 1);
    const crashed = events.flatMap((event) => (event.type === "crashed" ? [event.actor] : []));
    expect(crashed).toEqual(["dead", "linked"]);
  });

  test.each([
    ["one-for-one", [1, 2, 1]],
    ["one-for-all", [2, 2, 2]],
    ["rest-for-one", [1, 2, 2]],
  ] as const)("after the crash of the second of three, %s", async (strategy, incarnations) => {
    const { system, events, next, spawn } = newSystem({ strategy });
    for (const name of ["a", "b", "c"]) await spawn(name);
    system.actor("b").crash();
    for (const [at, name] of ["a", "b", "c"].entries())
      await next("started", name, incarnations[at] ?? 0);
    expect(system.actors().map(({ life, incarnation }) => [life.type, incarnation])).toEqual(
      incarnations.map((incarnation) => ["running", incarnation]),
    );
    const recycled = events.flatMap((event) => (event.type === "recycled" ? [event.actor] : []));
    // All that are to be restarted end at the same time.
    expect(new Set(recycled)).toEqual(
      new Set(["a", "c"].filter((_, at) => incarnations[at * 2] === 2)),
    );
  });

  test("end by their type: completed, failed, or given up after too many crashes", async () => {
    const { system, next, spawn } = newSystem();
    const transient = await spawn("transient", { restart: "transient" });
    const temporary = await spawn("temporary", { restart: "temporary" });
    transient.tell({ type: "throw", why: "a bug" });
    await next("started", "transient", 2);
    transient.tell({ type: "stop" });
    await next("completed", "transient", 2);
    temporary.tell({ type: "throw", why: "a bug" });
    await next("failed", "temporary", 1);
    const permanent = await spawn("permanent");
    for (let start = 1; start <= 3; start += 1) {
      await next("started", "permanent", start);
      permanent.tell(start < 3 ? { type: "throw", why: "a bug" } : { type: "stop" });
    }
    await next("failed", "permanent", 3);
    expect(system.actors().map(({ name, life }) => [name, life])).toEqual([
      ["transient", { type: "stopped" }],
      ["temporary", { type: "failed", cause: "a bug" }],
      [
        "permanent",
        {
          type: "failed",
          cause:
            "it crashed 3 times within 60000 ms, the last time because: the thread ended without being asked to",
        },
      ],
    ]);
    await transient.start();
    expect(await asking(transient, { type: "start" })).toBe(3);
  });

  test("that cannot start are not there, and the error says why", async () => {
    const { system, spawn } = newSystem();
    const missing = new URL("./actors/missing.mjs", import.meta.url).href;
    await expect(system.spawn("a", missing)).rejects.toThrow(
      `a cannot start: actor ${missing} does not exist: check its path`,
    );
    await expect(spawn("a", { args: { fails: true } })).rejects.toThrow(
      "a cannot start: it fails at its start",
    );
    await expect(system.spawn("a", "data:text/javascript,export default 1")).rejects.toThrow(
      "its default export is not a function that makes a behavior",
    );
    const endless = "data:text/javascript,await new Promise(() => {})";
    await expect(system.spawn("a", endless)).rejects.toThrow(
      "a cannot start: its module waits for something that never comes",
    );
    expect(system.actors()).toEqual([]);
    await expect(spawn("a/b")).rejects.toThrow("name is 'a/b': give a name of letters, digits");
    await expect(spawn("a", { args: () => {} })).rejects.toThrow("function");
    expect(() => system.actor("a")).toThrow("there is no actor a");
  });
});
