import { expect, onTestFinished, test, vi } from "vitest";
import { Bell } from "../../../packages/actors/src/lanes/bell.ts";
import {
  cutLane,
  laneMemory,
  newLane,
  READ,
  WANTS_ROOM,
  WRITTEN,
} from "../../../packages/actors/src/lanes/lane.ts";
import { LaneReader } from "../../../packages/actors/src/lanes/lane-reader.ts";
import { LaneWriter } from "../../../packages/actors/src/lanes/lane-writer.ts";

/** Both ends of a lane in one thread. */
function newEnds(size: number) {
  const shared = newLane(size);
  const writer = new LaneWriter(shared, new Bell());
  const reader = new LaneReader(shared, new Bell());
  return { shared, writer, reader };
}

function bytesOf(length: number, first = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => first + at);
}

/** Whole numbers below `below`, the same in each run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const NO_META = new Uint8Array(0);

test("frames come out as they went in, in order", () => {
  const { writer, reader } = newEnds(1024);
  writer.write(7, bytesOf(3));
  writer.write(0, bytesOf(0));
  writer.write(255, bytesOf(100, 50), bytesOf(5, 9));
  expect([reader.read(), reader.read(), reader.read(), reader.read()]).toEqual([
    { kind: 7, meta: NO_META, bytes: bytesOf(3) },
    { kind: 0, meta: NO_META, bytes: bytesOf(0) },
    { kind: 255, meta: bytesOf(5, 9), bytes: bytesOf(100, 50) },
    undefined,
  ]);
});

test("what is read shares no memory with the lane", () => {
  const { writer, reader } = newEnds(64);
  writer.write(1, bytesOf(40));
  const first = reader.read();
  writer.write(1, new Uint8Array(40));
  expect(reader.read()?.bytes).toEqual(new Uint8Array(40));
  expect(first?.bytes).toEqual(bytesOf(40));
  expect(first?.bytes.buffer).toBeInstanceOf(ArrayBuffer);
});

test("frames run over the end of the ring, at each of its places", () => {
  const { writer, reader } = newEnds(64);
  for (let at = 0; at < 200; at += 1) {
    const [meta, bytes] = [bytesOf(at % 4, at), bytesOf(at % 41, at)];
    writer.write(at % 256, bytes, meta);
    expect(reader.read()).toEqual({ kind: at % 256, meta, bytes });
  }
  expect(reader.isEmpty).toBe(true);
});

test("a frame larger than the lane travels in parts and comes as one", () => {
  const { writer, reader } = newEnds(64);
  const large = bytesOf(1000);
  writer.write(3, large, bytesOf(2));
  writer.write(4, bytesOf(1));
  const got = [];
  for (let rounds = 0; rounds < 40; rounds += 1) {
    const frame = reader.read();
    if (frame !== undefined) got.push(frame);
    if (writer.canContinue) writer.continue();
  }
  expect(got).toEqual([
    { kind: 3, meta: bytesOf(2), bytes: large },
    { kind: 4, meta: NO_META, bytes: bytesOf(1) },
  ]);
});

test("a full lane takes no more, and loses nothing", () => {
  const { shared, writer, reader } = newEnds(64);
  for (let at = 0; at < 10; at += 1) writer.write(at, bytesOf(16));
  expect(writer.canContinue).toBe(false);
  const kinds: (number | undefined)[] = [];
  const readAll = (): void => {
    for (let frame = reader.read(); frame !== undefined; frame = reader.read())
      kinds.push(frame.kind);
  };
  readAll();
  // 64 bytes: two frames of 24 bytes, and a part of the third.
  expect(kinds).toEqual([0, 1]);
  for (let rounds = 0; rounds < 10 && writer.canContinue; rounds += 1) {
    writer.continue();
    readAll();
  }
  expect(kinds).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(shared.byteLength).toBe(64 + 192);
});

test("a reader that has emptied half of a lane rings for a writer that waits, and for no other", () => {
  const [shared, bell] = [newLane(64), new Bell()];
  const rung = new Int32Array(bell.shared);
  const [writer, reader] = [new LaneWriter(shared, new Bell()), new LaneReader(shared, bell)];
  writer.write(0, bytesOf(8));
  reader.read();
  expect(rung[0]).toBe(0);
  for (let at = 1; at <= 5; at += 1) writer.write(at, bytesOf(8));
  expect([reader.read()?.kind, rung[0]]).toEqual([1, 0]);
  expect([reader.read()?.kind, rung[0]]).toEqual([2, 1]);
  writer.continue();
  expect([reader.read()?.kind, reader.read()?.kind, reader.read()?.kind]).toEqual([3, 4, 5]);
  expect(rung[0]).toBe(1);
});

test("a reader forgets the request for room before it rings: the writer may ask again at once", () => {
  const shared = newLane(64);
  const { cells } = laneMemory(shared);
  let writer: LaneWriter | undefined = undefined;
  // The writer's thread runs as soon as it is rung, and fills the lane again.
  class WaitingWriter extends Bell {
    override ring(): void {
      writer?.continue();
    }
  }
  const reader = new LaneReader(shared, new WaitingWriter());
  writer = new LaneWriter(shared, new Bell());
  for (let at = 0; at < 20; at += 1) writer.write(at, bytesOf(8));
  for (let at = 0; at < 20; at += 1) {
    expect(reader.read()?.kind).toBe(at);
    const asks = Atomics.load(cells, WANTS_ROOM) === 1;
    expect([at, asks || writer.waiting.letters === 0]).toEqual([at, true]);
  }
});

test("a writer rings once for what it has written", () => {
  const [shared, bell] = [newLane(64), new Bell()];
  const rung = new Int32Array(bell.shared);
  const writer = new LaneWriter(shared, bell);
  writer.ring();
  writer.write(1, bytesOf(1));
  writer.write(1, bytesOf(1));
  expect(rung[0]).toBe(0);
  writer.ring();
  writer.ring();
  expect(rung[0]).toBe(1);
});

/** Remembers how it was rung, and wakes no thread. */
class RecordingBell extends Bell {
  readonly rings: boolean[] = [];

  override ring(isUrgent = true): void {
    this.rings.push(isUrgent);
  }
}

test("one frame that is urgent makes the ring urgent, for that ring", () => {
  const bell = new RecordingBell();
  const writer = new LaneWriter(newLane(256), bell);
  for (const frames of [[false], [false, true, false], [false, false]]) {
    for (const isUrgent of frames) writer.write(1, bytesOf(1), undefined, isUrgent);
    writer.ring();
  }
  expect(bell.rings).toEqual([false, true, false]);
});

test("frames that waited for room are urgent, because their reader may wait for their lane", () => {
  const bell = new RecordingBell();
  const shared = newLane(64);
  const [writer, reader] = [new LaneWriter(shared, bell), new LaneReader(shared, new Bell())];
  for (let at = 0; at < 6; at += 1) writer.write(at, bytesOf(8), undefined, false);
  writer.ring();
  while (reader.read() !== undefined);
  writer.continue();
  writer.ring();
  expect(bell.rings).toEqual([true, true]);
});

test("a frame is not there before all of its bytes are", () => {
  const { writer, reader } = newEnds(256);
  const seen: boolean[] = [];
  const content = bytesOf(20);
  // The writer asks for the length again while it copies.
  Object.defineProperty(content, "length", {
    get() {
      seen.push(reader.isEmpty);
      return 20;
    },
  });
  writer.write(1, content, bytesOf(3));
  expect([seen.length > 2, new Set(seen)]).toEqual([true, new Set([true])]);
  expect(reader.isEmpty).toBe(false);
});

test("bytes that were written but not published are not read, nor is a frame of which parts are missing", () => {
  const { shared, writer, reader } = newEnds(64);
  // What a writer leaves that is killed before its store of the count.
  new Uint8Array(shared, 192).set([8, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect([reader.isEmpty, reader.read()]).toEqual([true, undefined]);
  // What it leaves that is killed between two parts.
  writer.write(1, bytesOf(100));
  expect([reader.read(), reader.read(), reader.isEmpty]).toEqual([undefined, undefined, true]);
});

test("the counts run on over 2^32", () => {
  const shared = newLane(64);
  const cells = new Int32Array(shared);
  // As after 4 GiB less 64 bytes.
  cells[WRITTEN] = -64;
  cells[READ] = -64;
  const writer = new LaneWriter(shared, new Bell());
  const reader = new LaneReader(shared, new Bell());
  for (let at = 0; at < 20; at += 1) {
    writer.write(at, bytesOf(at));
    expect(reader.read()).toEqual({ kind: at, meta: NO_META, bytes: bytesOf(at) });
  }
  writer.write(1, bytesOf(500));
  for (let rounds = 0; rounds < 7; rounds += 1) {
    expect(reader.read()).toBe(undefined);
    writer.continue();
  }
  expect(reader.read()?.bytes).toEqual(bytesOf(500));
  expect(cells[WRITTEN]).toBeGreaterThan(0);
});

test("an empty lane begins again at its start once it has run far enough", () => {
  const size = 1024 * 1024;
  const { shared, writer, reader } = newEnds(size);
  const body = new Uint8Array(50_000).fill(1);
  for (let round = 0; round < 100; round += 1) {
    writer.write(round, body);
    expect(reader.read()?.bytes.length).toBe(body.length);
  }
  const used = new Uint8Array(shared, 192).findLastIndex((byte) => byte !== 0);
  expect(used).toBeLessThan(256 * 1024);
});

test("random frames, bursts and readers: nothing lost, changed or out of order", () => {
  const random = randomOf(7);
  for (const size of [64, 256, 1024 * 1024]) {
    const { writer, reader } = newEnds(size);
    const [sent, got]: [unknown[], unknown[]] = [[], []];
    const readSome = (most: number): void => {
      for (let count = 0; count < most; count += 1) {
        const frame = reader.read();
        if (frame === undefined) return;
        got.push(frame);
      }
    };
    for (let round = 0; round < 1000; round += 1) {
      const frame = {
        kind: random(256),
        meta: bytesOf(random(20), random(256)),
        bytes: bytesOf(random(random(10) === 0 ? 900 : 60), random(256)),
      };
      sent.push(frame);
      writer.write(frame.kind, frame.bytes, frame.meta);
      if (random(3) === 0) readSome(random(6));
      if (writer.canContinue) writer.continue();
    }
    for (let rounds = 0; rounds < 100_000 && got.length < sent.length; rounds += 1) {
      readSome(100);
      writer.continue();
    }
    expect(got).toEqual(sent);
  }
});

test("a cut lane shows it at both ends, and what is in it can be read", () => {
  const { shared, writer, reader } = newEnds(64);
  writer.write(1, bytesOf(4));
  expect([writer.isCut, reader.isCut]).toEqual([false, false]);
  cutLane(shared);
  expect([writer.isCut, reader.isCut, reader.read()?.bytes]).toEqual([true, true, bytesOf(4)]);
});

test("the size of a ring is a power of two", () => {
  expect(() => newLane(100)).toThrow("the size of a ring is a power of two");
});

test("a writer whose reader makes room at once still asks for more when the lane is full again", () => {
  const { shared, writer, reader } = newEnds(64);
  const { cells } = laneMemory(shared);
  // The reader's thread runs between the writer's request for room and its next look at the lane.
  const store = Atomics.store.bind(Atomics) as (...given: readonly unknown[]) => never;
  const spy = vi.spyOn(Atomics, "store").mockImplementation((...given: readonly unknown[]) => {
    const stored = store(...given);
    if (given[1] !== WANTS_ROOM) return stored;
    spy.mockRestore();
    reader.read();
    return stored;
  });
  onTestFinished(() => spy.mockRestore());
  const asks = (): boolean => Atomics.load(cells, WANTS_ROOM) === 1;
  writer.write(1, bytesOf(1000));
  expect([writer.canContinue, asks()]).toEqual([false, true]);
});
