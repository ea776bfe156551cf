import type { CrashPoint, FaultType, Kept } from "./fault.ts";
import type { FaultGroup } from "./fault-groups.ts";
import type { ClusterSettings, Expectations, Workload } from "./scenario.ts";
import type { Duration, DurationRange, Share } from "./written.ts";

/**
 * A scenario as people write it, in YAML and in TypeScript alike. Everything may be left out.
 *
 * Times are numbers of ms, or texts such as "250ms", "1.5s", "2m"; ranges of times are "1ms..5ms" or a pair.
 *
 * @example
 * ```yaml
 * about: The leader is cut off for a second.
 * nodes: 5
 * duration: 3s
 * faults:
 *   - { at: 1s, for: 1s, partition: { shape: isolate, node: leader } }
 *   - { at: 2.5s, crash: follower }
 * expect: { atLeast: { elections: 2 } }
 * ```
 */
export type ScenarioInput = {
  /** Of letters, digits, - and _. The file's name without its ending. */
  readonly name?: string;
  /** One sentence for people. */
  readonly about?: string;
  /** Voters at the beginning, n1, n2 ...: 1 to 9. 3. */
  readonly nodes?: number;
  /** Settings of the nodes. */
  readonly cluster?: ClusterInput;
  /** How long a letter is under way. 1ms..5ms. */
  readonly network?: { readonly latency?: DurationRange };
  /** How long a sync takes. 1ms..3ms. */
  readonly disk?: { readonly sync?: DurationRange };
  /** What clients do. */
  readonly workload?: WorkloadInput;
  /** Faults at their times. */
  readonly faults?: readonly FaultInput[];
  /** Faults that the seed draws: `swarm` for all kinds, of which each seed takes its own part; or what to draw from. */
  readonly nemesis?: "swarm" | NemesisInput | null;
  /** How long operations and faults go on. 5s. */
  readonly duration?: Duration;
  /** How long the healed cluster may take to elect, to answer all and to converge. 20s. */
  readonly settle?: Duration;
  /** What the run must have met. */
  readonly expect?: {
    /** Names of the coverage with the least counts, or only the names, which must be met once. */
    readonly atLeast?: Expectations["atLeast"] | readonly string[];
    /** Names of the coverage with the highest counts. */
    readonly atMost?: Expectations["atMost"];
    /** Whether the history is judged. Yes. */
    readonly linearizable?: boolean;
  };
};

/** Settings of the nodes: see `ClusterOptions` and `Config`. */
export type ClusterInput = {
  /** 150ms. */
  readonly electionTimeout?: Duration;
  /** At most half of the election timeout. 25ms. */
  readonly heartbeat?: Duration;
  /** true. */
  readonly preVote?: boolean;
  /** 100: a run has few entries, and is to have snapshots. */
  readonly snapshotEntries?: number;
  /** 20. */
  readonly keptEntries?: number;
  /** 1 MiB. */
  readonly maxAppendBytes?: number;
  /** 16. */
  readonly maxInflight?: number;
  /** 16 KiB. */
  readonly segmentBytes?: number;
  /** None. */
  readonly leases?: ClusterSettings["leases"] | null;
};

/** What clients do with the key-value machine. */
export type WorkloadInput = {
  /** 0 for none. 4. */
  readonly clients?: number;
  /** Operations of all clients together in a second of the run. 40. */
  readonly perSecond?: number;
  /** 3: few, so that clients meet. */
  readonly keys?: number;
  /** Weights; what a mix leaves out is not drawn. All kinds, reads and puts most of all. */
  readonly mix?: Partial<Workload["mix"]>;
  /** linearizable. */
  readonly reads?: Workload["reads"];
  /** 8. */
  readonly valueBytes?: number;
  /** How long an operation is tried. 2s. */
  readonly timeout?: Duration;
};

/** Faults that a seed draws. */
export type NemesisInput = {
  /** Kinds, or groups of them: network, disk, process, clock, membership. All of them. */
  readonly faults?: readonly (FaultType | FaultGroup)[];
  /** Whether each seed takes its own part of them. true. */
  readonly swarm?: boolean;
  /** Between the beginnings of two faults. 200ms..1s. */
  readonly every?: DurationRange;
  /** How long one lasts. 300ms..1.5s. */
  readonly last?: DurationRange;
};

/**
 * A fault at its time: `at`, `for` where it lasts, and one name of a kind with what it is about: its fields, or one bare
 * value for the field that matters most. What is said under a kind here stands in `FaultAction` of the same name; `by`,
 * `down` and `every` are its `ms`, `downMs` and `everyMs`. A `node` that is left out is `any`.
 */
export type FaultInput = {
  /** When it begins. */
  readonly at: Duration;
  /** How long it lasts; without it until the faults of the run end. */
  readonly for?: Duration;
} & { readonly [Type in FaultType]?: FaultFields[Type] | true | null };

/** A node, which is `any` when it is left out. */
export type FaultNode =
  | string
  | {
      /** Its name, or a word for it. */
      readonly node?: string;
    };
/** A node and how long it is down. */
export type FaultStop =
  | string
  | {
      /** Its name, or a word for it. */
      readonly node?: string;
      /** 500ms. */
      readonly down?: Duration;
    };
/** A share of the letters, and how late they are. */
export type FaultLate =
  | Share
  | {
      /** How many of them. */
      readonly share: Share;
      /** 1ms..50ms. */
      readonly by?: DurationRange;
    };
/** A fault that is about nothing in particular. */
export type FaultAlone = Readonly<Record<string, never>>;

/** What may stand under the name of each kind. */
export type FaultFields = {
  /** Nodes that do not hear each other: a shape, or groups by name. */
  readonly partition:
    | "halves"
    | "isolate"
    | "bridge"
    | "ring"
    | readonly (readonly string[])[]
    | { readonly shape: "halves" | "isolate" | "bridge" | "ring"; readonly node?: string }
    | { readonly groups: readonly (readonly string[])[] };
  /** What `from` says is lost, or what `to` would hear, or what goes from the one to the other; bare: `from`. */
  readonly oneWay: string | { readonly from?: string; readonly to?: string };
  /** Letters take longer; bare: by how much. */
  readonly delay:
    DurationRange | { readonly by: DurationRange; readonly tail?: boolean; readonly node?: string };
  /** Some letters never arrive; bare: the share. */
  readonly loss: Share | { readonly share: Share; readonly node?: string };
  /** Some letters arrive twice; bare: the share. */
  readonly duplicate: FaultLate;
  /** Some letters are overtaken; bare: the share. */
  readonly reorder: FaultLate;
  /** Letters of long ago come again; bare: the share. */
  readonly replay: FaultLate;
  /** What is sent waits until the end; bare: the node. */
  readonly clog: FaultNode;
  /** Nodes are clogged one by one, and unclogged in another order. */
  readonly swizzle: FaultAlone;
  /** Each link carries no more; bare: bytes in a ms. */
  readonly bandwidth: number | { readonly bytesPerMs: number };
  /** What the disk is asked for fails; bare: the node. */
  readonly diskError:
    string | { readonly node?: string; readonly operation?: "write" | "sync" | "read" | "any" };
  /** The disk takes nothing more; bare: the node. */
  readonly diskFull: FaultNode;
  /** A sync takes longer; bare: by how much. */
  readonly slowDisk: DurationRange | { readonly node?: string; readonly by: DurationRange };
  /** Nothing is synced until the end; bare: the node. */
  readonly stallDisk: FaultNode;
  /** A bit of what is durable changes; bare: the node. */
  readonly bitRot: string | { readonly node?: string; readonly what?: "log" | "snapshot" };
  /** A write lands at another place; bare: the node. */
  readonly misdirect: FaultNode;
  /** An empty disk in place of the old one; bare: the node. */
  readonly wipe: FaultNode;
  /** Two nodes start with the other's disk; bare: one of them. */
  readonly swapDisks: FaultNode;
  /** The process ends; bare: the node. */
  readonly crash:
    | string
    | {
        readonly node?: string;
        readonly down?: Duration;
        readonly kept?: Kept;
        readonly point?: CrashPoint;
      };
  /** All end at once; bare: what is kept of what was not synced. */
  readonly crashAll:
    Kept | { readonly kept?: Kept; readonly mail?: boolean; readonly down?: Duration };
  /** It ends again and again; bare: the node. */
  readonly crashLoop:
    string | { readonly node?: string; readonly down?: Duration; readonly kept?: Kept };
  /** It ends in order; bare: the node. */
  readonly stop: FaultStop;
  /** It stands still; bare: the node. */
  readonly pause: FaultNode;
  /** A clock runs fast or slow; bare: the rate. */
  readonly drift: number | { readonly node?: string; readonly rate: number };
  /** A clock jumps once; bare: by how much. */
  readonly step: Duration | { readonly node?: string; readonly by: Duration };
  /** A clock jumps back and forth; bare: by how much. */
  readonly strobe:
    Duration | { readonly node?: string; readonly by: Duration; readonly every?: Duration };
  /** One voter more. */
  readonly add: FaultAlone;
  /** A member less; bare: the node. */
  readonly remove: FaultNode;
  /** Another voter in the place of one; bare: the node. */
  readonly replace: FaultNode;
  /** One learner more. */
  readonly addLearner: FaultAlone;
  /** A learner gets a vote. */
  readonly promote: FaultAlone;
  /** Voters are added; bare: until there are so many. */
  readonly grow: number | { readonly to: number };
  /** Voters are removed; bare: until there are so many. */
  readonly shrink: number | { readonly to: number };
  /** Another node shall lead; bare: which. */
  readonly transfer: FaultNode;
  /** A node takes a snapshot; bare: the node. */
  readonly snapshot: FaultNode;
  /** A node drops its log up to its snapshot; bare: the node. */
  readonly compact: FaultNode;
};
