import type { FaultType } from "./action.ts";

/** A moment for which a fault may wait: it is about one node, the `subject` of the fault. */
type Facts = {
  /** Kinds of faults without which it seldom comes. */
  readonly causes: readonly FaultType[];
  /** Kinds that a seed lets wait for it. */
  readonly bites: readonly FaultType[];
};

const CUTS = ["partition", "oneWay", "clog", "pause", "crash"] as const;

/**
 * The moments for which a fault may wait. A fault that begins then strikes while a rule is about to decide, which one at a
 * drawn time seldom does.
 */
export const MOMENTS = {
  /** A node begins to lead. The subject is that node. */
  elected: {
    causes: [],
    bites: [...CUTS, "transfer", "stallDisk", "diskError", "scatter", "bitRot", "wipe"],
  },
  /** A leader has taken commands, which no other node has yet. The subject is the leader. */
  proposed: {
    causes: [],
    bites: [...CUTS, "crashAll", "loss", "delay", "transfer", "stallDisk", "scatter", "wipe"],
  },
  /** A node stands for election. The subject is that node. */
  stands: { causes: [], bites: [...CUTS, "crashAll", "delay", "stallDisk", "scatter"] },
  /** A leader begins to hand over leadership. The subject is the node that is to lead. */
  transfers: { causes: ["transfer"], bites: [...CUTS, "crashLoop", "stallDisk", "scatter", "wipe"] },
  /** A leader sends a part of a snapshot. The subject is the leader. */
  sends: { causes: ["partition"], bites: [...CUTS, "bitRot", "compact", "snapshot", "transfer"] },
  /** A node saves a part of a snapshot that it receives. The subject is that node. */
  receives: {
    causes: ["partition"],
    bites: [...CUTS, "crashAll", "diskError", "diskFull", "scatter", "wipe"],
  },
  /** A leader takes up another membership. The subject is the leader. */
  changes: {
    causes: ["reshape", "replace"],
    bites: [...CUTS, "crashAll", "transfer", "scatter", "bitRot", "wipe"],
  },
  /** A node removes entries from its log that contradict its leader's. The subject is that node. */
  cuts: {
    causes: ["partition"],
    bites: ["crash", "crashAll", "crashLoop", "partition", "stallDisk", "diskError", "scatter"],
  },
  /** A node asks others for entries that its log has lost. The subject is that node. */
  repairs: { causes: ["scatter"], bites: [...CUTS, "crashAll", "delay", "scatter", "bitRot"] },
} as const satisfies Readonly<Record<string, Facts>>;

/** The name of a moment. */
export type FaultMoment = keyof typeof MOMENTS;

/** All names. */
export const MOMENT_NAMES = Object.keys(MOMENTS) as readonly FaultMoment[];

/** The facts about a moment. */
export function momentFacts(moment: FaultMoment): Facts {
  return MOMENTS[moment];
}

/** How long a fault waits for its moment, in ms; then it begins anyway, and its `subject` is any node. */
export const PATIENCE_MS = 500;

/** The target of a fault that waits for a moment: the node that the moment is about. */
export const SUBJECT = "subject";
