import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { Bell } from "../../../packages/actors/src/lanes/bell.ts";

test("a bell that rings between the look and the sleep is not lost", async () => {
  const bell = new Bell();
  const began = performance.now();
  bell.block(() => {
    bell.ring();
    return true;
  }, 10_000);
  await new Promise<void>((resolve) =>
    bell.whenRung(() => {
      bell.ring();
      return true;
    }, resolve),
  );
  expect(performance.now() - began).toBeLessThan(5_000);
});

test("a thread does not sleep when there is something to do", async () => {
  const bell = new Bell();
  const began = performance.now();
  bell.block(() => false, 10_000);
  await new Promise<void>((resolve) => bell.whenRung(() => false, resolve));
  expect(performance.now() - began).toBeLessThan(5_000);
});

test("a thread that sleeps wakes by itself in time", () => {
  const bell = new Bell();
  const began = performance.now();
  bell.block(() => true, 20);
  expect(performance.now() - began).toBeGreaterThanOrEqual(19);
});

test("a thread that dozes is woken by what is urgent, and finds what is not when it wakes", async () => {
  const bell = new Bell();
  let isRung = false;
  const woken = new Promise<void>((resolve) =>
    bell.whenRung(
      () => true,
      () => {
        isRung = true;
        resolve();
      },
      true,
    ),
  );
  expect(bell.isDozing).toBe(true);
  bell.ring(false);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isRung).toBe(false);
  bell.ring();
  await woken;
  expect(bell.isDozing).toBe(false);
});

test("what is not urgent wakes a thread that sleeps, and one that dozed until it was roused", async () => {
  const bell = new Bell();
  for (const dozes of [false, true]) {
    const woken = new Promise<void>((resolve) => bell.whenRung(() => true, resolve, dozes));
    if (dozes) bell.rouse();
    bell.ring(false);
    await woken;
  }
});

test("what is not urgent is not lost between the look and the sleep of a thread that dozes", () => {
  const bell = new Bell();
  const began = performance.now();
  const ring = (): boolean => {
    bell.ring(false);
    return true;
  };
  bell.block(ring, 10_000, true);
  expect(performance.now() - began).toBeLessThan(5_000);
});

test("an error of what is called back is an uncaught exception, not a rejection", async () => {
  const worker = workerOf(`
    process.on("uncaughtException", (error) => parentPort.postMessage(["exception", error.message]));
    process.on("unhandledRejection", (error) => parentPort.postMessage(["rejection", error.message]));
    const bell = new Bell();
    bell.whenRung(() => true, () => { throw new Error("first"); });
    bell.ring();
    setInterval(() => {}, 1000);
  `);
  expect(await new Promise((resolve) => worker.once("message", resolve))).toEqual([
    "exception",
    "first",
  ]);
  await worker.terminate();
});

test("two threads ring each other ten thousand times, one asleep and one in its event loop", async () => {
  const [here, there, count] = [new Bell(), new Bell(), new SharedArrayBuffer(4)];
  const counted = new Int32Array(count);
  const worker = workerOf(
    `
    const [here, there] = [new Bell(workerData.here), new Bell(workerData.there)];
    const counted = new Int32Array(workerData.count);
    for (let turn = 1; turn < 20_000; turn += 2) {
      while (Atomics.load(counted, 0) !== turn) there.block(() => Atomics.load(counted, 0) !== turn, 10_000);
      Atomics.store(counted, 0, turn + 1);
      here.ring();
    }
    `,
    { here: here.shared, there: there.shared, count },
  );
  const ended = new Promise((resolve) => worker.once("exit", resolve));
  await new Promise<void>((resolve) => {
    const turn = (): void => {
      const now = Atomics.load(counted, 0);
      if (now === 20_000) return resolve();
      if (now % 2 === 0) {
        Atomics.store(counted, 0, now + 1);
        there.ring();
      }
      here.whenRung(() => Atomics.load(counted, 0) % 2 === 1, turn);
    };
    turn();
  });
  expect(await ended).toBe(0);
});

test("a thread that sleeps can be killed", async () => {
  const bell = new Bell();
  const worker = workerOf(
    `parentPort.postMessage("here"); new Bell(workerData).block(() => true, 1e9);`,
    bell.shared,
  );
  await new Promise((resolve) => worker.once("message", resolve));
  expect(await worker.terminate()).toBe(1);
});

/** A thread with a bell's code. */
function workerOf(code: string, workerData?: unknown): Worker {
  const file = import.meta.resolve("../../../packages/actors/dist/lanes/bell.js");
  return new Worker(
    new URL(
      `data:text/javascript,${encodeURIComponent(
        `import { parentPort, workerData } from "node:worker_threads";
         import { Bell } from ${JSON.stringify(file)};
         ${code}`,
      )}`,
    ),
    { execArgv: [], workerData },
  );
}
