import type { CLOCK_FAULTS } from "./faults/clock.ts";
import type { DISK_FAULTS } from "./faults/disk.ts";
import type { MEMBERSHIP_FAULTS } from "./faults/membership.ts";
import type { NETWORK_FAULTS } from "./faults/network.ts";
import type { PROCESS_FAULTS } from "./faults/process.ts";
import type { FaultType } from "./faults/action.ts";
import type { InputsOf } from "./faults/kind.ts";
import type { FaultMoment } from "./faults/moments.ts";
import type { FaultGroup } from "./faults/table.ts";
import type { ClusterSettings, Expectations, LimitSettings, Workload } from "./scenario.ts";
import type { Duration, DurationRange, Share } from "./written/values.ts";

/**
 * A scenario as people write it, in YAML and in TypeScript alike. Everything is optional; comments end with the default.
 *
 * Times are numbers of ms, or strings such as "250ms", "1.5s", "2m"; ranges of times are "1ms..5ms" or a pair.
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
  /** Letters, digits, - and _. Default: the file's name without its ending. */
  readonly name?: string;
  /** One sentence for people. */
  readonly about?: string;
  /** Voters at the beginning, n1, n2 ...: 1 to 9. Default: 3. */
  readonly nodes?: number;
  /** Settings of the nodes. */
  readonly cluster?: ClusterInput;
  /** How long a letter takes. Default: 1ms..5ms. */
  readonly network?: { readonly latency?: DurationRange };
  /** How long a sync takes. Default: 1ms..3ms. */
  readonly disk?: { readonly sync?: DurationRange };
  /** What clients do. */
  readonly workload?: WorkloadInput;
  /** Faults at their times. */
  readonly faults?: readonly FaultInput[];
  /** Faults that the seed draws: `swarm` for all kinds, of which each seed takes some; or what to draw from. */
  readonly nemesis?: "swarm" | NemesisInput | null;
  /**
   * `swarm`: each seed draws its own size of the cluster, settings of nodes, network, disks and clients, and pace of faults,
   * instead of what the scenario says for them. In the simulation only. Default: the scenario's settings.
   */
  readonly knobs?: "swarm" | null;
  /** How long operations and faults go on. Default: 5s. */
  readonly duration?: Duration;
  /** How long the healed cluster may take to elect a leader, to answer everything and to converge. Default: 20s. */
  readonly settle?: Duration;
  /** What must have happened. */
  readonly expect?: {
    /** In every run: names of the coverage with their least counts, or only names, which must occur once. */
    readonly atLeast?: Expectations["atLeast"] | readonly string[];
    /** In some runs of a campaign, because chance may miss it in one: written as `atLeast` is. */
    readonly campaign?: Expectations["atLeast"] | readonly string[] | null;
    /** Names of the coverage with the highest counts. */
    readonly atMost?: Expectations["atMost"];
    /** Whether the history is judged. Default: true. */
    readonly linearizable?: boolean;
  };
};

/** Settings of the nodes: see `ClusterOptions` and `Config`. */
export type ClusterInput = {
  /** Default: 150ms. */
  readonly electionTimeout?: Duration;
  /** At most half of the election timeout. Default: 25ms. */
  readonly heartbeat?: Duration;
  /** Default: true. */
  readonly preVote?: boolean;
  /** Default: 100, because a run has few entries and should have snapshots. */
  readonly snapshotEntries?: number;
  /** Default: 20. */
  readonly keptEntries?: number;
  /** Default: 1 MiB. */
  readonly maxAppendBytes?: number;
  /** Default: 16. */
  readonly maxInflight?: number;
  /** Default: 16 KiB. */
  readonly segmentBytes?: number;
  /** Default: no leases. */
  readonly leases?: ClusterSettings["leases"] | null;
  /** Bounds that a run reaches only when they are small. In the simulation only. Default: the usual ones. */
  readonly limits?: Partial<LimitSettings> | null;
  /** How long a node that has mail waits before its turn. In the simulation only. Default: not at all. */
  readonly turnDelay?: DurationRange | null;
  /**
   * How long after the end of a process the other nodes get its obituary, and clients learn of it. In the simulation only.
   * Default: nodes after 1ms, clients never.
   */
  readonly obituary?: DurationRange | null;
};

/** What clients do with the key-value machine. */
export type WorkloadInput = {
  /** 0 for none. Default: 4. */
  readonly clients?: number;
  /** Operations of all clients together per second. Default: 40. */
  readonly perSecond?: number;
  /** Default: 3, few, so that clients use the same keys. */
  readonly keys?: number;
  /** Weights; kinds that a mix leaves out are not drawn. Default: all kinds, mostly reads and puts. */
  readonly mix?: Partial<Workload["mix"]>;
  /** `mixed`: each in another way, by the leader or by a node that the seed draws. Default: linearizable. */
  readonly reads?: Workload["reads"];
  /** Default: 8. */
  readonly valueBytes?: number;
  /** How long a client tries an operation. Default: 2s. */
  readonly timeout?: Duration;
};

/** Faults that a seed draws. */
export type NemesisInput = {
  /** Kinds, or groups of them: network, disk, process, clock, membership. Default: all of them. */
  readonly faults?: readonly (FaultType | FaultGroup)[];
  /** Whether each seed takes only some of them. Default: true. */
  readonly swarm?: boolean;
  /** Time between the beginnings of two faults. Default: 200ms..1s. */
  readonly every?: DurationRange;
  /** How long one lasts. Default: 300ms..1.5s. */
  readonly last?: DurationRange;
  /** Which share of them begins within 20 ms of the one before. Default: 0. */
  readonly bursts?: Share;
  /** Which share of them waits for a moment that suits its kind. Default: 0. Threads show only some moments. */
  readonly moments?: Share;
  /** For which moments. Default: for all. */
  readonly when?: readonly FaultMoment[];
};

/**
 * A fault at its time: `at`, `for` where it lasts, and one name of a kind with its fields, or with one bare value for the
 * field that matters most.
 */
export type FaultInput = {
  /** When it begins. */
  readonly at: Duration;
  /** How long it lasts; without it until the faults of the run end. */
  readonly for?: Duration;
  /**
   * Begins at the first such moment after `at`, or up to 2 s after `at` if none came by then. Its `node` may then be `subject`:
   * the node that the moment is about. Threads show only some moments.
   */
  readonly when?: FaultMoment;
} & { readonly [Type in FaultType]?: FaultFields[Type] };

/**
 * What may be written under the name of each kind: its fields, a bare value for one of them, or nothing. `by`, `down` and
 * `every` are the `ms`, `downMs` and `everyMs` of a fault. A `node` that is left out is `any`.
 */
export interface FaultFields
  extends
    InputsOf<typeof NETWORK_FAULTS>,
    InputsOf<typeof DISK_FAULTS>,
    InputsOf<typeof PROCESS_FAULTS>,
    InputsOf<typeof CLOCK_FAULTS>,
    InputsOf<typeof MEMBERSHIP_FAULTS> {}
