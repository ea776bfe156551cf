import { CRASH_POINTS, KEPTS, type CrashPoint, type Kept } from "../faults/crash-points.ts";

/** A point at which a node's thread must end, and what its disk loses then: nothing if `kept` is undefined. */
export type ArmedCrash = { readonly point: CrashPoint; readonly kept: Kept | undefined };

const CRASHES: readonly ArmedCrash[] = CRASH_POINTS.flatMap((point) =>
  [undefined, ...KEPTS].map((kept) => ({ point, kept })),
);
const NONE = -1;
const AT = 0;

/**
 * The point at which a thread must end when it next reaches it: one 32-bit number in memory that it shares with the program, so
 * it holds as soon as it is armed. The thread reports that it is there and then stands still until it is killed, so nothing
 * happens after the point.
 */
export class CrashGate {
  /** Passed to the thread. */
  readonly shared: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(shared?: SharedArrayBuffer) {
    this.shared = shared ?? new SharedArrayBuffer(4);
    this.#cells = new Int32Array(this.shared);
    if (shared === undefined) this.arm(undefined);
  }

  /** Arms a point, in place of an earlier one; undefined for none. */
  arm(crash: ArmedCrash | undefined): void {
    const isThis = ({ point, kept }: ArmedCrash): boolean =>
      point === crash?.point && kept === crash.kept;
    Atomics.store(this.#cells, AT, CRASHES.findIndex(isThis));
  }

  /** What is armed. */
  get armed(): ArmedCrash | undefined {
    return CRASHES[Atomics.load(this.#cells, AT)];
  }

  /** The thread is at a point. If it must end here, it reports that, and nothing more comes of it. */
  pass(point: CrashPoint, report: (crash: ArmedCrash) => void): void {
    const number = Atomics.load(this.#cells, AT);
    const crash = CRASHES[number];
    if (crash?.point !== point) return;
    if (Atomics.compareExchange(this.#cells, AT, number, NONE) !== number) return;
    report(crash);
    for (;;) Atomics.wait(this.#cells, AT, NONE);
  }
}
