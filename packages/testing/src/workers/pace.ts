import { setTimeout as setTimeoutAsync } from "node:timers/promises";
import { startWorker } from "@kontiki/actors/threads";

/** How fast the machine is for the threads of this process. */
export type Pace = {
  /** How much of the time since the beginning a thread that always wants to run has got, in ms. */
  readonly givenMs: number;
  close(): Promise<void>;
};

/** In a bundle of CommonJS the code has no URL. */
const HERE: string | undefined = import.meta.url;
const FILE = HERE === undefined ? undefined : new URL("../workers/pace-thread.js", import.meta.url);

/** Begins to measure, in a thread of its own. Nothing is given before that runs. */
function openPace(): Pace {
  const worker = startWorker(FILE, { name: "pace" });
  let givenMs = 0;
  worker.on("message", (ms: number) => {
    givenMs = ms;
  });
  return {
    get givenMs() {
      return givenMs;
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

/** The time of this machine. */
export type MachineTime = {
  /** In ms, by a monotonic clock. */
  now(): number;
  pause(ms: number): Promise<void>;
  openPace(): Pace;
};

export const machineTime: MachineTime = {
  now: () => performance.now(),
  pause: async (ms) => {
    await setTimeoutAsync(ms);
  },
  openPace,
};
