import type { Kind } from "../planted.ts";

/** A replacement at a place in a text. */
export type Splice = {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  readonly replace: string;
};
