import type {
  Cell,
  FaultMark,
  LogChange,
  NodeChange,
  NodeLife,
  NodeTimer as RecordedTimer,
  Patch,
  PatchValue,
  RecordedEvent,
} from "@kontiki/cli/recording";

/** A log: the position before its first entry, and its entries. */
export type Log = {
  readonly baseIndex: number;
  readonly baseTerm: number;
  readonly cells: readonly Cell[];
};

/** The timer of a node; its end is undefined where it was not recorded. */
export type NodeTimer = Omit<RecordedTimer, "to"> & { readonly to: number | undefined };

/** A node at a moment. */
export type NodeMoment = {
  readonly life: NodeLife;
  /** The core's state as JSON; after a crash the last one that was seen. */
  readonly state: Patch;
  readonly log: Log;
  /** Undefined where it was not recorded. */
  readonly applied: number | undefined;
  /** The timer that began last; undefined when that was not recorded. */
  readonly timer: NodeTimer | undefined;
};

/** The whole cluster after an event. */
export type Moment = {
  readonly at: number;
  readonly nodes: Readonly<Record<string, NodeMoment>>;
  /** Pairs of nodes between which letters are lost, as `n1>n2`. */
  readonly cuts: readonly string[];
  /** The faults in force, by their number. */
  readonly faults: Readonly<Record<number, FaultMark>>;
};

const EMPTY_LOG: Log = { baseIndex: 0, baseTerm: 0, cells: [] };

const NEW_NODE: NodeMoment = {
  life: "down",
  state: {},
  log: EMPTY_LOG,
  applied: undefined,
  timer: undefined,
};

/** The cluster before the first event. */
export function firstMoment(nodes: readonly string[]): Moment {
  const entries = nodes.map((node) => [node, NEW_NODE] as const);
  return { at: 0, nodes: Object.fromEntries(entries), cuts: [], faults: {} };
}

/** The moment after an event. */
export function after(moment: Moment, event: RecordedEvent): Moment {
  const { at, changes, cuts, fault } = event;
  return {
    at,
    nodes: changes === undefined ? moment.nodes : withChanges(moment.nodes, changes, at),
    cuts: cuts ?? moment.cuts,
    faults: fault === undefined ? moment.faults : withFault(moment.faults, fault),
  };
}

function withChanges(
  nodes: Moment["nodes"],
  changes: Readonly<Record<string, NodeChange>>,
  at: number,
): Moment["nodes"] {
  const result = { ...nodes };
  for (const [node, change] of Object.entries(changes))
    result[node] = changedNode(nodes[node] ?? NEW_NODE, change, at);
  return result;
}

function changedNode(node: NodeMoment, change: NodeChange, at: number): NodeMoment {
  return {
    life: change.life ?? node.life,
    state: change.state === undefined ? node.state : patched(node.state, change.state),
    log: change.log === undefined ? node.log : changedLog(node.log, change.log),
    applied: change.applied ?? node.applied,
    timer:
      change.timer === true
        ? { from: at, to: undefined, kind: "election" }
        : (change.timer ?? node.timer),
  };
}

/** A value with its changes: see `Patch` in the recording. */
export function patched(value: PatchValue | undefined, patch: Patch): Patch {
  if (!isFields(value) || typeof patch["type"] === "string") return withoutNulls(patch);
  const result: Record<string, PatchValue> = { ...value };
  for (const [key, now] of Object.entries(patch)) {
    if (now === null) delete result[key];
    else result[key] = isFields(now) ? patched(value[key], now) : now;
  }
  return result;
}

function withoutNulls(patch: Patch): Patch {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null));
}

/** Whether a value has fields. */
export function isFields(value: PatchValue | undefined): value is Patch {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function changedLog(log: Log, { base, after: kept, append, compact }: LogChange): Log {
  let next = base === undefined ? log : { baseIndex: base[0], baseTerm: base[1], cells: [] };
  if (kept !== undefined) next = { ...next, cells: next.cells.slice(0, kept - next.baseIndex) };
  if (append !== undefined) next = { ...next, cells: next.cells.concat(append) };
  return compact === undefined ? next : compacted(next, compact);
}

function compacted(log: Log, upTo: number): Log {
  const count = upTo - log.baseIndex;
  if (count <= 0) return log;
  const baseTerm = log.cells[count - 1]?.[0] ?? log.baseTerm;
  return { baseIndex: upTo, baseTerm, cells: log.cells.slice(count) };
}

function withFault(faults: Moment["faults"], fault: FaultMark): Moment["faults"] {
  if (fault.phase === "skipped") return faults;
  if (fault.phase === "began") return { ...faults, [fault.id]: fault };
  const { [fault.id]: _ended, ...rest } = faults;
  return rest;
}

/** The last index of a log. */
export function lastIndex({ baseIndex, cells }: Log): number {
  return baseIndex + cells.length;
}

/** Events that lead from the first moment to this one, at once. */
export function eventsTo({ at, nodes, cuts, faults }: Moment): readonly RecordedEvent[] {
  const changes = Object.fromEntries(
    Object.entries(nodes).map(([node, moment]) => [node, changeTo(moment)]),
  );
  const text = "what came before is no longer kept";
  return [
    { at, type: "phase", node: "", text, changes, cuts },
    ...Object.values(faults).map((fault): RecordedEvent => {
      const shown = `${fault.id}: ${fault.name} began before`;
      return { at, type: "fault", node: "", text: shown, fault };
    }),
  ];
}

function changeTo({ life, state, log, applied, timer }: NodeMoment): NodeChange {
  const { baseIndex, baseTerm, cells } = log;
  return {
    life,
    state,
    log: { base: [baseIndex, baseTerm], append: cells },
    ...(applied !== undefined && { applied }),
    ...(timer?.to !== undefined && { timer: { ...timer, to: timer.to } }),
  };
}
