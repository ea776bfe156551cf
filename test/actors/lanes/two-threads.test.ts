import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { Bell } from "../../../packages/actors/src/lanes/bell.ts";
import { newLane } from "../../../packages/actors/src/lanes/lane.ts";
import { LaneReader } from "../../../packages/actors/src/lanes/lane-reader.ts";

/**
 * A thread that writes frames: the number of each is in its meta and in all its bytes. Lengths differ, and one of a
 * hundred is larger than the lane. It sleeps when the lane is full, forever if it is not woken.
 */
const WRITER = `
  const [bell, readerBell] = [new Bell(workerData.bell), new Bell(workerData.readerBell)];
  const writer = new LaneWriter(workerData.lane, readerBell);
  for (let number = 0; number < workerData.frames; number += 1) {
    const bytes = new Uint8Array(number % 100 === 99 ? 10_000 : (number * 37) % 300).fill(number);
    writer.write(number % 256, bytes, new Uint8Array(Uint32Array.of(number).buffer));
    if (number % 8 === 0) writer.ring();
    while (writer.waiting.letters > 0) {
      writer.ring();
      bell.block(() => !writer.canContinue, Infinity);
      writer.continue();
    }
  }
  writer.ring();
`;

function lengthOf(number: number): number {
  return number % 100 === 99 ? 10_000 : (number * 37) % 300;
}

/** Starts a writer, and reads what it writes. */
function writing(frames: number, size: number) {
  const [bell, readerBell, lane] = [new Bell(), new Bell(), newLane(size)];
  const folder = import.meta.resolve("../../../packages/actors/dist/lanes/");
  const worker = new Worker(
    new URL(
      `data:text/javascript,${encodeURIComponent(
        `import { workerData } from "node:worker_threads";
         import { Bell } from "${folder}bell.js";
         import { LaneWriter } from "${folder}lane-writer.js";
         ${WRITER}`,
      )}`,
    ),
    // Without the conditions of the tests: the thread runs what was built.
    {
      execArgv: [],
      workerData: { bell: bell.shared, readerBell: readerBell.shared, lane, frames },
    },
  );
  const reader = new LaneReader(lane, bell);
  let next = 0;
  /** Reads what is there. Each frame must be the next one, and intact. */
  const readAll = (): number => {
    for (let frame = reader.read(); frame !== undefined; frame = reader.read()) {
      const { kind, meta, bytes } = frame;
      const isIntact =
        kind === next % 256 &&
        new Uint32Array(meta.slice().buffer)[0] === next &&
        bytes.length === lengthOf(next) &&
        bytes.every((byte) => byte === next % 256);
      if (!isIntact) throw new Error(`frame ${next} is not intact`);
      next += 1;
    }
    return next;
  };
  const readUntil = async (count: number): Promise<number> => {
    while (readAll() < count)
      await new Promise<void>((resolve) => readerBell.whenRung(() => reader.isEmpty, resolve));
    return next;
  };
  return { worker, readAll, readUntil };
}

test("20,000 frames pass from thread to thread, the large ones in parts, while both sleep and wake", async () => {
  for (const size of [4096, 65_536]) {
    const { worker, readUntil } = writing(20_000, size);
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    expect(await readUntil(20_000)).toBe(20_000);
    expect(await ended).toBe(0);
  }
});

test("of a writer that is killed at any moment, all that is read is intact and in order", async () => {
  for (let kill = 1; kill <= 8; kill += 1) {
    const { worker, readAll, readUntil } = writing(Infinity, 4096);
    const before = await readUntil(kill * 300);
    await worker.terminate();
    expect(readAll()).toBeGreaterThanOrEqual(before);
    expect(readAll()).toBe(readAll());
  }
});
