import type { Edit } from "./edit.ts";

/** What a defect is about. The first eight are written by hand, the last five come from the generator. */
export const KINDS = [
  "joint consensus",
  "reads and leases",
  "durable",
  "snapshots in parts",
  "timers and obituaries",
  "log file",
  "sessions and clients",
  "liveness",
  "other implementations",
  "comparison",
  "bound",
  "condition",
  "effect",
  "order",
] as const;

/** One of {@link KINDS}. */
export type Kind = (typeof KINDS)[number];

/** A defect for which no hunt was written: it is met only by what a user runs. */
export type Planted = {
  /** A unique name that stays the same when other code changes. */
  readonly id: string;
  readonly kind: Kind;
  /** What goes wrong, as a sentence. */
  readonly about: string;
  readonly edits: readonly Edit[];
};

/** A defect of one kind, as the files in `kinds` write it. */
export type Variant = Omit<Planted, "kind">;
