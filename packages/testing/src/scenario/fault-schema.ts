import * as v from "valibot";
import { CRASH_POINTS, DISK_OPERATIONS, KEPTS, type FaultAction, type FaultType } from "./fault.ts";
import {
  duration,
  durations,
  fields,
  flag,
  jump,
  list,
  number,
  oneOf,
  share,
  text,
  whole,
} from "./written.ts";

/**
 * How each kind of fault is written: under its name, with fields of its own, or as one bare value for the field `bare`.
 *
 * @module
 */

/** How one kind of fault is written. */
export type Kind = {
  /** The field that is meant by a value that is no mapping; undefined where there is none. */
  readonly bare: string | undefined;
  readonly schema: v.GenericSchema<unknown, FaultAction>;
};

/** How long a node stays down unless told otherwise, in ms: longer than an election takes. */
const DOWN_MS = 500;

/** How late copies and letters out of order come unless told otherwise, in ms. */
const LATE_MS = "1ms..50ms";

const node = v.optional(text, "any");
const only = v.exactOptional(text);
const down = v.optional(duration(0), DOWN_MS);
const late = v.optional(durations(0), LATE_MS);
const kept = oneOf(...KEPTS);
const names = list(text, "a list of names such as [n1, n2]");

function kind<Input, Output extends FaultAction>(
  bare: string | undefined,
  schema: v.GenericSchema<Input, Output>,
): Kind {
  return { bare, schema: schema as unknown as Kind["schema"] };
}

/** A kind whose fields are those of the fault itself. */
function plain<Type extends FaultType, Entries extends v.ObjectEntries>(
  type: Type,
  bare: string | undefined,
  entries: Entries,
): Kind {
  const schema = v.pipe(
    fields(entries),
    v.transform((given) => ({ ...given, type })),
  );
  return { bare, schema: schema as unknown as Kind["schema"] };
}

const GROUPS = kind(
  "groups",
  v.pipe(
    fields({
      groups: v.pipe(
        list(names, "a list of groups such as [[n1, n2], [n3]]"),
        v.minLength(1, "is empty: give groups such as [[n1, n2], [n3]]"),
      ),
    }),
    v.transform((given) => ({ ...given, type: "partition" as const, shape: "groups" as const })),
  ),
);

const PARTITION = v.pipe(
  fields({ shape: oneOf("halves", "isolate", "bridge", "ring"), node: only }),
  v.transform((given) => ({ ...given, type: "partition" as const })),
);

const CRASH = v.pipe(
  fields({
    node,
    down,
    kept: v.exactOptional(kept),
    point: v.exactOptional(oneOf(...CRASH_POINTS)),
  }),
  v.transform(({ down: downMs, ...given }) => ({ ...given, type: "crash" as const, downMs })),
);

const CRASH_ALL = v.pipe(
  fields({ kept: v.optional(kept, "nothing"), mail: v.optional(flag, true), down }),
  v.transform(({ down: downMs, ...given }) => ({ ...given, type: "crashAll" as const, downMs })),
);

const CRASH_LOOP = v.pipe(
  fields({ node, kept: v.exactOptional(kept), down }),
  v.transform(({ down: downMs, ...given }) => ({ ...given, type: "crashLoop" as const, downMs })),
);

const STOP = v.pipe(
  fields({ node, down }),
  v.transform(({ down: downMs, ...given }) => ({ ...given, type: "stop" as const, downMs })),
);

const DELAY = v.pipe(
  fields({ by: durations(0), tail: v.exactOptional(flag), node: only }),
  v.transform(({ by: ms, ...given }) => ({ ...given, type: "delay" as const, ms })),
);

const SLOW_DISK = v.pipe(
  fields({ node, by: durations(0) }),
  v.transform(({ by: ms, ...given }) => ({ ...given, type: "slowDisk" as const, ms })),
);

const STEP = v.pipe(
  fields({ node, by: jump }),
  v.transform(({ by: ms, ...given }) => ({ ...given, type: "step" as const, ms })),
);

const STROBE = v.pipe(
  fields({ node, by: jump, every: v.optional(duration(1), 100) }),
  v.transform(({ by: ms, every: everyMs, ...given }) => ({
    ...given,
    type: "strobe" as const,
    ms,
    everyMs,
  })),
);

/** A kind that touches a share of the letters, each by so much. */
function someLate(type: "duplicate" | "reorder" | "replay"): Kind {
  const schema = v.pipe(
    fields({ share, by: late }),
    v.transform(({ by: ms, ...given }) => ({ ...given, type, ms })),
  );
  return kind("share", schema);
}

/** Every kind of fault by its name. */
const KINDS: Readonly<Record<FaultType, Kind>> = {
  partition: kind("shape", PARTITION),
  oneWay: plain("oneWay", "from", { from: only, to: only }),
  delay: kind("by", DELAY),
  loss: plain("loss", "share", { share, node: only }),
  duplicate: someLate("duplicate"),
  reorder: someLate("reorder"),
  replay: someLate("replay"),
  clog: plain("clog", "node", { node }),
  swizzle: plain("swizzle", undefined, {}),
  bandwidth: plain("bandwidth", "bytesPerMs", { bytesPerMs: whole(1, 1e6) }),
  diskError: plain("diskError", "node", {
    node,
    operation: v.optional(oneOf(...DISK_OPERATIONS), "any"),
  }),
  diskFull: plain("diskFull", "node", { node }),
  slowDisk: kind("by", SLOW_DISK),
  stallDisk: plain("stallDisk", "node", { node }),
  bitRot: plain("bitRot", "node", { node, what: v.optional(oneOf("log", "snapshot"), "log") }),
  misdirect: plain("misdirect", "node", { node }),
  wipe: plain("wipe", "node", { node }),
  swapDisks: plain("swapDisks", "node", { node }),
  crash: kind("node", CRASH),
  crashAll: kind("kept", CRASH_ALL),
  crashLoop: kind("node", CRASH_LOOP),
  stop: kind("node", STOP),
  pause: plain("pause", "node", { node }),
  drift: plain("drift", "rate", { node, rate: number(0.1, 10) }),
  step: kind("by", STEP),
  strobe: kind("by", STROBE),
  add: plain("add", undefined, {}),
  remove: plain("remove", "node", { node }),
  replace: plain("replace", "node", { node }),
  addLearner: plain("addLearner", undefined, {}),
  promote: plain("promote", undefined, {}),
  grow: plain("grow", "to", { to: whole(1, 9) }),
  shrink: plain("shrink", "to", { to: whole(1, 9) }),
  transfer: plain("transfer", "node", { node: only }),
  snapshot: plain("snapshot", "node", { node }),
  compact: plain("compact", "node", { node }),
};

/** The names of all kinds of faults. */
export const FAULT_TYPES = Object.keys(KINDS) as readonly FaultType[];

/** When a fault begins and how long it lasts. */
export const FAULT_TIMES = fields({ at: duration(0), for: v.exactOptional(duration(1)) });

/** How this kind is written, as the value under its name tells: groups of a partition are another form of it. */
export function kindOf(type: FaultType, value: unknown): Kind {
  const isGroups =
    Array.isArray(value) || (typeof value === "object" && value !== null && "groups" in value);
  return type === "partition" && isGroups ? GROUPS : KINDS[type];
}
