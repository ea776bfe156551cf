import type { LogPosition } from "@kontiki/core";
import type { Loss } from "../engine/loss.ts";

/** All that a node may have to get from others since its log was last intact. */
export type Lost = {
  readonly entries: readonly LogPosition[];
  readonly snapshot: number;
  readonly isObscure: boolean;
};

const NOTHING: Lost = { entries: [], snapshot: 0, isObscure: false };

/** What faults took from a disk: what its node does not know of yet, and what it has found at a start. */
export class Losses {
  #unread: Lost = NOTHING;
  #found: Lost = NOTHING;

  /** What is damaged since the last start. */
  get unread(): Lost {
    return this.#unread;
  }

  /** What was found damaged, whether or not the node has it again. */
  get found(): Lost {
    return this.#found;
  }

  add(loss: Loss): void {
    this.#unread = joined(this.#unread, loss);
  }

  /** A node has recovered. `isRepaired`: it lacks nothing. */
  read(isRepaired: boolean): void {
    this.#found = isRepaired ? NOTHING : joined(this.#found, this.#unread);
    this.#unread = NOTHING;
  }
}

function joined(one: Lost, other: Lost): Lost {
  return {
    entries: [...one.entries, ...other.entries],
    snapshot: Math.max(one.snapshot, other.snapshot),
    isObscure: one.isObscure || other.isObscure,
  };
}
