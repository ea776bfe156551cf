import { RECOVERY_PARTS } from "../summary/recovery-parts.ts";
import type { RunSummary } from "../summary/summary.ts";
import type { Percentiles } from "../summary/percentiles.ts";
import { count } from "./describe.ts";
import { messagePart } from "./message-part.ts";
import { escaped } from "./page.ts";
import { summaryChart } from "./summary-chart.ts";

/** What clients saw of a run, as HTML: figures, a chart over time, what each fault cost, and when nothing succeeded. */
export function summaryPart(summary: RunSummary): string {
  const { operations, latencyMs, durationMs, unavailable } = summary;
  const { ok, failed, open } = operations;
  const perSecond = Math.round((ok / Math.max(1, durationMs)) * 1000);
  const lost = unavailable.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return `<h2>What clients saw</h2>
<p>${ok} operations succeeded (${perSecond}/s), ${failed} failed without effect, ${open} have an unknown end.
${latencyText(latencyMs)} Clients waited in vain for ${Math.round(lost)} ms of ${Math.round(durationMs)} ms.</p>
<style>${STYLE}</style>
${summaryChart(summary)}
<p class="summary-legend">bars: successes; lines: latency, median and 99th percentile, logarithmic; bands: faults;
triangles: a node leads; red: no success for more than ${summary.unavailableAfterMs} ms.</p>
${faultTable(summary)}
${recoveryTable(summary)}
${outageTable(summary)}
${messagePart(summary.messages)}`;
}

function latencyText(latencies: Percentiles | null): string {
  if (latencies === null) return "";
  const { p50, p90, p99, max } = latencies;
  return `Latency: median ${ms(p50)}, 90 % ${ms(p90)}, 99 % ${ms(p99)}, longest ${ms(max)}.`;
}

function faultTable({ faults }: RunSummary): string {
  if (faults.length === 0) return "";
  const rows = faults.map(({ text, fromMs, toMs, firstOkMs }) => [
    escaped(text),
    ms(fromMs),
    toMs === null ? "the end" : ms(toMs),
    firstOkMs === null ? "never" : ms(firstOkMs),
  ]);
  const head = ["fault", "from", "to", "first success of an operation that began after it"];
  return `<details><summary>${count(faults.length, "fault")}</summary>${table(head, rows)}</details>`;
}

function recoveryTable({ recoveries }: RunSummary): string {
  if (recoveries.length === 0) return "";
  const rows = recoveries.map((recovery) => [
    escaped(recovery.node),
    ms(recovery.crashedAt),
    ...RECOVERY_PARTS.map(({ of }) => {
      const at = of(recovery);
      return at === null ? "never" : ms(at - recovery.crashedAt);
    }),
  ]);
  const head = ["node", "crashed", ...RECOVERY_PARTS.map(({ name }) => name)];
  return `<details><summary>${count(recoveries.length, "crash", "crashes")}, and how long until the node was back</summary>${table(head, rows)}</details>`;
}

function outageTable({ unavailable }: RunSummary): string {
  if (unavailable.length === 0) return "";
  const rows = unavailable.map(({ fromMs, toMs }) => [ms(fromMs), ms(toMs), ms(toMs - fromMs)]);
  return `<details><summary>${count(unavailable.length, "time")} without a success</summary>${table(["from", "to", "length"], rows)}</details>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<table>${line(head, "th")}\n${rows.map((row) => line(row, "td")).join("\n")}</table>`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

const STYLE = `
.summary-chart { width: 100%; max-height: 16rem; }
.summary-chart .ok { fill: #7fa8d9; }
.summary-chart .fault { fill: #e0a030; opacity: 0.25; }
.summary-chart .outage { fill: #c02020; }
.summary-chart .leader { fill: currentColor; }
.summary-chart polyline { fill: none; stroke-width: 1.5; }
.summary-chart .p50 { stroke: #2a7a3a; }
.summary-chart .p99 { stroke: #8a3ab0; stroke-dasharray: 4 2; }
.summary-chart text { font-size: 11px; fill: currentColor; }
.summary-legend { font-size: smaller; }
`;
