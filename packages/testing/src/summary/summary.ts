import {
  checkArgument,
  checkOptions,
  decimal,
  rule,
  whole,
  type Schema,
} from "@kontiki/actors/node";
import type { Mark, Operation } from "../history/history.ts";
import type { RunMessages } from "../run/messages.ts";
import type { Recovery } from "../run/recoveries.ts";
import type { RunResult } from "../run/result.ts";
import { percentilesOf, type Percentiles } from "./percentiles.ts";
import { unavailableTimes, type Unavailable } from "./unavailable.ts";

/** What clients saw within one part of a run. */
export type SummaryWindow = {
  /** When it begins, in ms of the run. */
  readonly fromMs: number;
  /** Operations that succeeded in it. */
  readonly ok: number;
  /** Operations that ended in it, known to have had no effect. */
  readonly failed: number;
  /** Latencies of those that succeeded in it, in ms; null if there are none. */
  readonly latencyMs: Percentiles | null;
};

/** A node that led. */
export type SummaryLeader = {
  /** The node. */
  readonly node: string;
  /** Its term; null if it is not known. */
  readonly term: number | null;
  /** From when. */
  readonly fromMs: number;
  /** Until when; null: to the end. */
  readonly toMs: number | null;
};

/** A fault, and what clients saw of it. */
export type SummaryFault = {
  /** Its kind, and the nodes that it was about. */
  readonly text: string;
  /** When it began. */
  readonly fromMs: number;
  /** When it ended; null: never. A node that crashed starts again then. */
  readonly toMs: number | null;
  /** From its beginning to the first success of an operation that was called after it; null if there was none. */
  readonly firstOkMs: number | null;
};

/** What a run was like for its clients, from its history: the same for every engine. Times are in ms of the run. */
export type RunSummary = {
  /** The verdict. */
  readonly verdict: RunResult["verdict"];
  /** What did not hold. */
  readonly violations: RunResult["violations"];
  /** Why it is unknown. */
  readonly doubts: readonly string[];
  /** How long the run was. */
  readonly durationMs: number;
  /** Operations, by how they ended; `open` are those with an unknown end. */
  readonly operations: { readonly ok: number; readonly failed: number; readonly open: number };
  /** Latencies of those that succeeded; null if none did. */
  readonly latencyMs: Percentiles | null;
  /** The length of each window, the last one excepted. */
  readonly windowMs: number;
  /** The run in parts of that length. */
  readonly windows: readonly SummaryWindow[];
  /** Times longer than this count as unavailable. */
  readonly unavailableAfterMs: number;
  /** Times in which clients waited and no operation succeeded. */
  readonly unavailable: readonly Unavailable[];
  /** Who led when. */
  readonly leaders: readonly SummaryLeader[];
  /** Which faults there were. */
  readonly faults: readonly SummaryFault[];
  /** How each node that crashed came back, with the parts of that. */
  readonly recoveries: readonly Recovery[];
  /** The messages between the nodes, by type; null unless they were counted. */
  readonly messages: RunMessages | null;
  /** How often each thing happened. */
  readonly coverage: RunResult["coverage"];
};

/** Options of a summary. */
export type SummaryOptions = {
  /** Into how many windows the run is divided, 1 to 1,000. Default: 60. */
  readonly windows?: number | undefined;
  /** After how long without a success the cluster counts as unavailable, in ms. Default: 250. */
  readonly unavailableAfterMs?: number | undefined;
};

const OPTIONS: Schema<SummaryOptions> = {
  windows: whole(1, 1000),
  unavailableAfterMs: decimal(0, Infinity),
};

const RESULT = rule("the result of a run", isResult);

/** Sums up what clients saw of a run: throughput and latency over time, when it was unavailable, what faults cost. */
export function summaryOf(result: RunResult, options: SummaryOptions = {}): RunSummary {
  checkArgument("summaryOf", "result", RESULT, result);
  checkOptions("summaryOf", OPTIONS, options);
  const { windows = 60, unavailableAfterMs = 250 } = options;
  const { verdict, violations, doubts, coverage, history } = result;
  const { operations, marks } = history;
  const durationMs = Math.max(result.virtualMs, ...ends(marks));
  const windowMs = Math.max(1, Math.ceil(durationMs / windows));
  return {
    verdict,
    violations,
    doubts,
    durationMs,
    operations: counts(operations),
    latencyMs: percentilesOf(operations.flatMap(latency)) ?? null,
    windowMs,
    windows: windowsOf(operations, durationMs, windowMs),
    unavailableAfterMs,
    unavailable: unavailableTimes(operations, durationMs, unavailableAfterMs),
    leaders: marks.flatMap(leader),
    faults: marks.flatMap((mark) => fault(mark, operations)),
    recoveries: result.recoveries ?? [],
    messages: result.messages ?? null,
    coverage,
  };
}

function ends(marks: readonly Mark[]): readonly number[] {
  return marks.map(({ from, to }) => to ?? from);
}

function counts(operations: readonly Operation[]): RunSummary["operations"] {
  const of = (status: Operation["status"]): number =>
    operations.filter((operation) => operation.status === status).length;
  return { ok: of("ok"), failed: of("failed"), open: of("open") };
}

/** The latency of an operation that succeeded. */
function latency(operation: Operation): readonly number[] {
  return operation.status === "ok" ? [operation.return - operation.call] : [];
}

function windowsOf(
  operations: readonly Operation[],
  durationMs: number,
  windowMs: number,
): readonly SummaryWindow[] {
  const count = Math.max(1, Math.ceil(durationMs / windowMs));
  const parts = Array.from({ length: count }, (): Operation[] => []);
  for (const operation of operations) {
    if (operation.status === "open") continue;
    const at = Math.min(count - 1, Math.floor(operation.return / windowMs));
    parts[at]?.push(operation);
  }
  return parts.map((part, at) => {
    const { ok, failed } = counts(part);
    return {
      fromMs: at * windowMs,
      ok,
      failed,
      latencyMs: percentilesOf(part.flatMap(latency)) ?? null,
    };
  });
}

function leader(mark: Mark): readonly SummaryLeader[] {
  if (mark.type !== "leader") return [];
  const { node, term = null, from, to = null } = mark;
  return [{ node, term, fromMs: from, toMs: to }];
}

function fault(mark: Mark, operations: readonly Operation[]): readonly SummaryFault[] {
  if (mark.type !== "fault") return [];
  const { text, from, to = null } = mark;
  const first = operations.reduce(
    (least, operation) =>
      operation.status === "ok" && operation.call >= from
        ? Math.min(least, operation.return)
        : least,
    Infinity,
  );
  return [{ text, fromMs: from, toMs: to, firstOkMs: first === Infinity ? null : first - from }];
}

function isResult(value: unknown): boolean {
  return typeof value === "object" && value !== null && "history" in value && "virtualMs" in value;
}
