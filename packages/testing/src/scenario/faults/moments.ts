import type { FaultType } from "./action.ts";

/** A moment for which a fault may wait: it is about one node, the `subject` of the fault. */
type Facts = {
  /** Moments at which faults bring it about. */
  readonly after: readonly FaultMoment[];
  /** Kinds of faults without which it seldom comes. */
  readonly causes: readonly FaultType[];
  /** Kinds that a seed lets wait for it. */
  readonly bites: readonly FaultType[];
  /** How long a fault waits for it, in ms: the longer, the rarer it is. Then the fault begins anyway, at any node. */
  readonly patienceMs: number;
  /** In how many more of the seeds faults wait for it, because what brings it about is rare itself. Default: none. */
  readonly moreSeeds?: number;
  /** Whether a crash that waits for it comes at once and loses power: another one shows nothing. Default: no. */
  readonly losesPower?: boolean;
};

const CUTS = ["partition", "oneWay", "clog", "pause", "crash"] as const;

const DOWN = ["crash", "crashAll", "crashLoop"] as const;

/**
 * The moments for which a fault may wait. A fault that begins then strikes while a rule is about to decide, which one at a
 * drawn time seldom does.
 */
export const MOMENTS = {
  /** A node begins to lead. The subject is that node. */
  elected: {
    patienceMs: 1000,
    after: [],
    causes: [],
    bites: [...CUTS, "replay", "transfer", "stallDisk", "diskError", "scatter", "bitRot", "wipe"],
  },
  /** A leader has taken commands, which no other node has yet. The subject is the leader. */
  proposed: {
    patienceMs: 300,
    after: [],
    causes: [],
    bites: [...CUTS, "crashAll", "loss", "delay", "transfer", "stallDisk", "scatter", "wipe"],
  },
  /** A node stands for election. The subject is that node. */
  stands: {
    patienceMs: 1000,
    after: [],
    causes: [],
    bites: [...CUTS, "crashAll", "delay", "stallDisk", "scatter"],
  },
  /** A leader begins to hand over leadership. The subject is the node that is to lead. */
  transfers: {
    patienceMs: 2000,
    after: [],
    causes: ["transfer"],
    bites: [...CUTS, "crashLoop", "stallDisk", "scatter", "wipe"],
  },
  /** A leader sends a part of a snapshot. The subject is the leader. */
  sends: {
    patienceMs: 1000,
    after: [],
    causes: ["partition"],
    bites: [...CUTS, "bitRot", "compact", "snapshot", "transfer"],
  },
  /** A node saves a part of a snapshot that it receives. The subject is that node. */
  receives: {
    patienceMs: 1000,
    after: [],
    causes: ["partition"],
    bites: [...CUTS, "crashAll", "diskError", "diskFull", "scatter", "wipe"],
  },
  /** A leader takes up another membership. The subject is the leader. */
  changes: {
    patienceMs: 1000,
    after: [],
    causes: ["reshape", "replace"],
    bites: [...CUTS, "crashAll", "transfer", "scatter", "bitRot", "wipe"],
  },
  /**
   * A node removes entries from its log that contradict its leader's. The subject is that node. Only a loss of power before the
   * sync can undo it (§5.3), and it needs a deposed leader with entries of its own.
   */
  cuts: {
    patienceMs: 2000,
    moreSeeds: 1 / 5,
    losesPower: true,
    after: ["proposed"],
    causes: ["partition"],
    bites: [...DOWN, "partition", "transfer", "stallDisk", "diskError", "scatter"],
  },
  /** A node asks others for entries that its log has lost. The subject is that node. */
  repairs: {
    patienceMs: 2000,
    after: [],
    causes: ["scatter", "compact"],
    bites: [...CUTS, "crashAll", "delay", "scatter", "bitRot"],
  },
} as const satisfies Readonly<Record<FaultMoment, Facts>>;

/** The name of a moment. */
export type FaultMoment =
  | "elected"
  | "proposed"
  | "stands"
  | "transfers"
  | "sends"
  | "receives"
  | "changes"
  | "cuts"
  | "repairs";

/** All names. */
export const MOMENT_NAMES = Object.keys(MOMENTS) as readonly FaultMoment[];

/** The facts about a moment. */
export function momentFacts(moment: FaultMoment): Facts {
  return MOMENTS[moment];
}

/** The target of a fault that waits for a moment: the node that the moment is about. */
export const SUBJECT = "subject";
