import { RECOVERY_PARTS } from "../summary/recovery-parts.ts";
import type { RunSummary } from "../summary/summary.ts";
import type { Percentiles } from "../summary/percentiles.ts";
import { count } from "./describe.ts";
import { messagePart } from "./message-part.ts";
import { escaped } from "./page.ts";
import { summaryChart } from "./summary-chart.ts";
import { msText } from "./times.ts";

/** What clients saw of a run, as HTML: figures, a chart over time, what each fault cost, and when nothing succeeded. */
export function summaryPart(summary: RunSummary): string {
  const { operations, latencyMs, durationMs, unavailable } = summary;
  const { ok, failed, open } = operations;
  const perSecond = Math.round((ok / Math.max(1, durationMs)) * 1000);
  const lost = unavailable.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const [succeeded, without, unknown] = [ok, failed, open].map((each) =>
    each.toLocaleString("en-US"),
  );
  return `<h2>What clients saw</h2>
<p>${succeeded} operations succeeded (${perSecond.toLocaleString("en-US")}/s), ${without} failed without effect, ${unknown} have an unknown end.
${latencyText(latencyMs)} Clients waited in vain for ${msText(Math.round(lost))} of ${msText(Math.round(durationMs))}.</p>
<style>${STYLE}</style>
${summaryChart(summary)}
${faultTable(summary)}
${recoveryTable(summary)}
${outageTable(summary)}
${messagePart(summary.messages)}`;
}

function latencyText(latencies: Percentiles | null): string {
  if (latencies === null) return "";
  const { p50, p90, p99, max } = latencies;
  return `Latency: median ${ms(p50)}, 90th percentile ${ms(p90)}, 99th ${ms(p99)}, longest ${ms(max)}.`;
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

/** Of figures that are compared with each other. */
function ms(value: number): string {
  return msText(value, 1);
}

const STYLE = `
.summary-chart { display: block; width: 100%; height: 12rem; }
.summary-chart polyline { vector-effect: non-scaling-stroke; }
.summary-chart .ok { fill: #7fa8d9; }
.summary-chart .fault { fill: #e0a030; opacity: 0.25; }
.summary-chart .outage { fill: #c02020; }
.summary-chart .leader { fill: currentColor; }
.summary-chart polyline { fill: none; stroke-width: 1.5; }
.summary-chart .p50 { stroke: light-dark(#1d6a2d, #7fe09a); }
.summary-chart .p99 { stroke: light-dark(#8a3ab0, #e0b0ff); stroke-dasharray: 4 2; }
.summary-times { display: flex; justify-content: space-between; margin: 0; color: inherit; }
.summary-legend { font-size: smaller; }
`;
