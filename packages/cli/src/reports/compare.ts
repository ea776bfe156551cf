import type { Recovery } from "@kontiki/testing";
import type { KeptSummary } from "./read-summary.ts";

/** A line of a comparison. Numbers that are larger by more than the other are for people to judge. */
export type ComparedLine = {
  /** What is compared, with its unit. */
  readonly name: string;
  readonly a: number | string | null;
  readonly b: number | string | null;
};

/** The parts of a recovery, in their usual order. */
const PARTS: readonly (readonly [name: string, of: (recovery: Recovery) => number | null])[] = [
  ["detected", ({ detectedAt }) => detectedAt],
  ["restarted", ({ restartedAt }) => restartedAt],
  ["log recovered", ({ recoveredAt }) => recoveredAt],
  ["caught up", ({ caughtUpAt }) => caughtUpAt],
  ["first acknowledged write", ({ acknowledgedAt }) => acknowledgedAt],
];

/** Two runs side by side: what clients saw, and every count of the coverage that differs. */
export function compared(a: KeptSummary, b: KeptSummary): readonly ComparedLine[] {
  const line = (name: string, of: (run: KeptSummary) => ComparedLine["a"]): ComparedLine => ({
    name,
    a: of(a),
    b: of(b),
  });
  return [
    line("scenario", ({ scenario, seed }) => `${scenario}, seed ${seed}`),
    line("engine", ({ engine }) => engine),
    line("verdict", ({ verdict }) => verdict),
    line("length, ms", ({ durationMs }) => rounded(durationMs)),
    line("succeeded", ({ operations }) => operations.ok),
    line("succeeded/s", ({ operations, durationMs }) =>
      durationMs === 0 ? null : rounded((operations.ok / durationMs) * 1000),
    ),
    line("failed", ({ operations }) => operations.failed),
    line("unknown end", ({ operations }) => operations.open),
    line("latency p50, ms", ({ latencyMs }) => latencyMs && rounded(latencyMs.p50)),
    line("latency p90, ms", ({ latencyMs }) => latencyMs && rounded(latencyMs.p90)),
    line("latency p99, ms", ({ latencyMs }) => latencyMs && rounded(latencyMs.p99)),
    line("latency max, ms", ({ latencyMs }) => latencyMs && rounded(latencyMs.max)),
    line("without a success, ms", unavailableMs),
    line("longest of these, ms", longestMs),
    line("faults", ({ faults }) => faults.length),
    line("times a node led", ({ leaders }) => leaders.length),
    line("crashes", ({ recoveries }) => recoveries?.length ?? null),
    ...PARTS.map(([name, of]) =>
      line(`until ${name}, ms`, ({ recoveries = [] }) => medianOf(recoveries, of)),
    ),
    ...messages(a, b),
    ...countsThatDiffer(a, b),
  ];
}

/** Of each type of message how many were sent, and how many of these lost if any were. */
function messages(a: KeptSummary, b: KeptSummary): readonly ComparedLine[] {
  const all = [a, b].flatMap((run) => run.messages?.counts ?? []);
  const types = [...new Set(all.map(({ type }) => type))].toSorted();
  const count =
    (type: string, of: "sent" | "lost") =>
    (run: KeptSummary): number | null => {
      if (run.messages === undefined || run.messages === null) return null;
      return run.messages.counts.find((each) => each.type === type)?.[of] ?? 0;
    };
  return types.flatMap((type) => {
    const [sent, lost] = [count(type, "sent"), count(type, "lost")];
    const isLost = all.some((each) => each.type === type && each.lost > 0);
    return [
      { name: `${type} sent`, a: sent(a), b: sent(b) },
      ...(isLost ? [{ name: `${type} lost`, a: lost(a), b: lost(b) }] : []),
    ];
  });
}

function unavailableMs({ unavailable }: KeptSummary): number {
  return rounded(unavailable.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0));
}

function longestMs({ unavailable }: KeptSummary): number {
  return rounded(Math.max(0, ...unavailable.map(({ fromMs, toMs }) => toMs - fromMs)));
}

function countsThatDiffer(a: KeptSummary, b: KeptSummary): readonly ComparedLine[] {
  const names = [...new Set([...Object.keys(a.coverage), ...Object.keys(b.coverage)])].sort();
  return names
    .map((name) => ({ name, a: a.coverage[name] ?? 0, b: b.coverage[name] ?? 0 }))
    .filter((line) => line.a !== line.b && !line.name.startsWith("operations"));
}

/** The median time from a crash to a part of its recovery, of those that came to it. */
function medianOf(
  recoveries: readonly Recovery[],
  of: (recovery: Recovery) => number | null,
): number | null {
  const times = recoveries
    .flatMap((recovery) => {
      const at = of(recovery);
      return at === null ? [] : [at - recovery.crashedAt];
    })
    .toSorted((one, other) => one - other);
  const middle = times[Math.floor(times.length / 2)];
  return middle === undefined ? null : rounded(middle);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
