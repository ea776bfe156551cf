import type { CrashPoint, Kept } from "../scenario/fault.ts";

/** Thrown through a node at the point at which its process ends. The node does not catch it. */
export class ProcessEnd extends Error {
  override readonly name = "ProcessEnd";
  readonly point: CrashPoint;
  readonly kept: Kept | undefined;

  constructor(point: CrashPoint, kept: Kept | undefined) {
    super(`the process ends: ${point}`);
    this.point = point;
    this.kept = kept;
  }
}

/** The points at which a process must end when it next reaches them. */
export class CrashPoints {
  readonly #armed: { readonly point: CrashPoint; readonly kept: Kept | undefined }[] = [];

  /** Arms a point. Returns a function that cancels it. */
  arm(point: CrashPoint, kept: Kept | undefined): () => void {
    const armed = { point, kept };
    this.#armed.push(armed);
    return () => this.#disarm(armed);
  }

  /** The process is at this point. @throws ProcessEnd when it must end there. */
  at(point: CrashPoint): void {
    if (this.#armed.length === 0) return;
    const armed = this.#armed.find((each) => each.point === point);
    if (armed === undefined) return;
    this.#disarm(armed);
    throw new ProcessEnd(point, armed.kept);
  }

  #disarm(armed: { readonly point: CrashPoint }): void {
    const at = this.#armed.findIndex((each) => each === armed);
    if (at !== -1) this.#armed.splice(at, 1);
  }
}
