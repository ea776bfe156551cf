import { DiskError } from "../storage/disk/disk.ts";
import type { Opened, RunnerPorts } from "./runner-ports.ts";

/** Delays between attempts to use a disk again that has failed, in ms. */
const REOPEN_MS = { first: 100, last: 5_000 } as const;

/** What the owner wants to hear. */
type Reopened = {
  readonly onOpened: (opened: Opened) => void;
  /** An attempt has failed; another one follows. */
  readonly onFailure: (error: DiskError) => void;
};

/** Attempts to recover a node from a disk that has failed, with longer and longer delays, until one succeeds. */
export class Reopening {
  readonly #ports: Pick<RunnerPorts, "clock" | "open">;
  readonly #reopened: Reopened;
  #cancel = (): void => {};
  #stopped = false;

  constructor(ports: Pick<RunnerPorts, "clock" | "open">, reopened: Reopened) {
    this.#ports = ports;
    this.#reopened = reopened;
  }

  /** Begins the attempts. */
  begin(): void {
    this.#attemptAfter(REOPEN_MS.first);
  }

  /** Ends all attempts. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #attemptAfter(ms: number): void {
    this.#cancel = this.#ports.clock.after(ms, () => this.#attempt(ms));
  }

  /** Where `open` returns no promise all is done within this call: a simulation runs nothing outside its virtual time. */
  #attempt(ms: number): void {
    const onFailure = (error: unknown): void => {
      if (!(error instanceof DiskError)) throw error;
      this.#reopened.onFailure(error);
      if (!this.#stopped) this.#attemptAfter(Math.min(2 * ms, REOPEN_MS.last));
    };
    let opening: Opened | Promise<Opened>;
    try {
      opening = this.#ports.open();
    } catch (error) {
      return onFailure(error);
    }
    if (opening instanceof Promise) opening.then((opened) => this.#onOpened(opened), onFailure);
    else this.#onOpened(opening);
  }

  #onOpened(opened: Opened): void {
    if (this.#stopped) closeQuietly(opened);
    else this.#reopened.onOpened(opened);
  }
}

/** Closes storage whose disk may have failed, and may fail to close as well: nothing is lost by that. */
export function closeQuietly(opened: Opened | undefined): void {
  try {
    opened?.storage.close();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
