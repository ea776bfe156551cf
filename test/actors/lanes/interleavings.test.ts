import { expect, onTestFinished, test, vi } from "vitest";
import { Bell } from "../../../packages/actors/src/lanes/bell.ts";
import { newLane } from "../../../packages/actors/src/lanes/lane.ts";
import { LaneReader } from "../../../packages/actors/src/lanes/lane-reader.ts";
import { LaneWriter } from "../../../packages/actors/src/lanes/lane-writer.ts";

/**
 * A thread, as far as others can tell: it takes a step, and then sleeps until its bell rings. Both are in this thread, and one
 * takes its next step, if it is awake, within the step of the other, after any of its accesses to shared memory.
 */
type Thread = { isAwake: boolean; readonly step: () => void };

/** After so many turns of the event loop in which nothing happens, no bell will ring any more. */
const QUIET_TURNS = 20;

/** Makes `afterAccess` run after each access to shared memory. */
function watchAccesses(afterAccess: () => void): void {
  const original = Atomics as unknown as Record<string, (...given: readonly unknown[]) => unknown>;
  const watched = Object.getOwnPropertyNames(Atomics).map((name) => [
    name,
    (...given: readonly unknown[]) => {
      const result = original[name]?.(...given);
      afterAccess();
      return result;
    },
  ]);
  vi.stubGlobal("Atomics", Object.fromEntries(watched));
  onTestFinished(() => void vi.unstubAllGlobals());
}

/** Frames that fill the ring, that do not fit into it, and that leave room for others. */
const LENGTHS = [0, 40, 8, 150, 16, 16];

/** Passes all frames from a writer to a reader. Returns how many came, and how many accesses that took. */
async function pass(watch: { onAccess: () => void }, switchesAt: (access: number) => boolean) {
  const [lane, writersBell, readersBell] = [newLane(64), new Bell(), new Bell()];
  const [writer, reader] = [new LaneWriter(lane, readersBell), new LaneReader(lane, writersBell)];
  let [accesses, sent, came, quietTurns] = [0, 0, 0, 0];
  let running: Thread | undefined;
  const run = (thread: Thread): void => {
    if (!thread.isAwake) return;
    const outer = running;
    [running, quietTurns, thread.isAwake] = [thread, 0, false];
    thread.step();
    running = outer;
  };
  const wake = (thread: Thread): void => {
    thread.isAwake = true;
    setImmediate(run, thread);
  };
  const writing: Thread = {
    isAwake: true,
    step() {
      if (writer.waiting.letters > 0) writer.continue();
      else if (sent < LENGTHS.length) writer.write(sent, new Uint8Array(LENGTHS[sent++] ?? 0));
      writer.ring();
      if (writer.waiting.letters === 0) return wake(writing);
      writersBell.whenRung(
        () => !writer.canContinue,
        () => wake(writing),
      );
    },
  };
  const reading: Thread = {
    isAwake: true,
    step() {
      const frame = reader.read();
      if (frame !== undefined) came += frame.kind === came ? 1 : Number.NaN;
      readersBell.whenRung(
        () => reader.isEmpty,
        () => wake(reading),
      );
    },
  };
  watch.onAccess = () => {
    if (running === undefined) return;
    accesses += 1;
    if (switchesAt(accesses)) run(running === reading ? writing : reading);
  };
  run(reading);
  run(writing);
  for (; came < LENGTHS.length && quietTurns < QUIET_TURNS; quietTurns += 1)
    await new Promise((resolve) => setImmediate(resolve));
  watch.onAccess = () => {};
  return { came, accesses };
}

test("whichever access the other thread comes between, neither sleeps while there is something to do", async () => {
  const watch = { onAccess: (): void => {} };
  watchAccesses(() => watch.onAccess());
  const all = { came: LENGTHS.length, accesses: expect.any(Number) as number };
  const { accesses } = await pass(watch, () => false);
  for (let at = 1; at <= accesses; at += 1)
    expect(await pass(watch, (access) => access === at), `at ${at}`).toEqual(all);
  for (let every = 2; every <= 12; every += 1)
    expect(await pass(watch, (access) => access % every === 0), `every ${every}`).toEqual(all);
});
