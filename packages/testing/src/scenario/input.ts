import type { CrashPoint, FaultType, Kept } from "./fault.ts";
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

/** Kinds of faults that belong together. */
export type FaultGroup = "network" | "disk" | "process" | "clock" | "membership";

/**
 * A fault at its time: `at`, `for` where it lasts, and one name of a kind with what it is about: its fields, or one bare
 * value for the field that matters most. What is said under a kind here stands in `FaultAction` of the same name; `by`,
 * `down` and `every` are its `ms`, `downMs` and `everyMs`. A `node` that is left out is `any`.
 */
export type FaultInput = {
  readonly at: Duration;
  /** How long it lasts; without it until the faults of the run end. */
  readonly for?: Duration;
} & { readonly [Type in FaultType]?: FaultFields[Type] | true | null };

type Node = string | { readonly node?: string };
type Down = string | { readonly node?: string; readonly down?: Duration };
type Late = Share | { readonly share: Share; readonly by?: DurationRange };
type Nothing = Readonly<Record<string, never>>;

/** What may stand under the name of each kind. */
type FaultFields = {
  readonly partition:
    | "halves"
    | "isolate"
    | "bridge"
    | "ring"
    | readonly (readonly string[])[]
    | { readonly shape: "halves" | "isolate" | "bridge" | "ring"; readonly node?: string }
    | { readonly groups: readonly (readonly string[])[] };
  readonly oneWay: string | { readonly from?: string; readonly to?: string };
  readonly delay:
    DurationRange | { readonly by: DurationRange; readonly tail?: boolean; readonly node?: string };
  readonly loss: Share | { readonly share: Share; readonly node?: string };
  readonly duplicate: Late;
  readonly reorder: Late;
  readonly replay: Late;
  readonly clog: Node;
  readonly swizzle: Nothing;
  readonly bandwidth: number | { readonly bytesPerMs: number };
  readonly diskError:
    string | { readonly node?: string; readonly operation?: "write" | "sync" | "read" | "any" };
  readonly diskFull: Node;
  readonly slowDisk: DurationRange | { readonly node?: string; readonly by: DurationRange };
  readonly stallDisk: Node;
  readonly bitRot: string | { readonly node?: string; readonly what?: "log" | "snapshot" };
  readonly misdirect: Node;
  readonly wipe: Node;
  readonly swapDisks: Node;
  readonly crash:
    | string
    | {
        readonly node?: string;
        readonly down?: Duration;
        readonly kept?: Kept;
        readonly point?: CrashPoint;
      };
  readonly crashAll:
    Kept | { readonly kept?: Kept; readonly mail?: boolean; readonly down?: Duration };
  readonly crashLoop:
    string | { readonly node?: string; readonly down?: Duration; readonly kept?: Kept };
  readonly stop: Down;
  readonly pause: Node;
  readonly drift: number | { readonly node?: string; readonly rate: number };
  readonly step: Duration | { readonly node?: string; readonly by: Duration };
  readonly strobe:
    Duration | { readonly node?: string; readonly by: Duration; readonly every?: Duration };
  readonly add: Nothing;
  readonly remove: Node;
  readonly replace: Node;
  readonly addLearner: Nothing;
  readonly promote: Nothing;
  readonly grow: number | { readonly to: number };
  readonly shrink: number | { readonly to: number };
  readonly transfer: Node;
  readonly snapshot: Node;
  readonly compact: Node;
};
