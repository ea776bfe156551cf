import type { RunSummary } from "../summary/summary.ts";
import { escaped } from "./page.ts";
import { msText } from "./times.ts";

/** The size of the chart, in units of its own. It is as wide as the page and always as high, so no text is in it. */
const [WIDTH, HEIGHT, TOP] = [1000, 150, 12];

/**
 * Draws throughput over time as bars, the median and 99th percentile of the latency as lines, faults as bands, times without
 * a success as a red bar below, and elections as ticks above. Each has a title that a pointer shows. The legend says what
 * the heights are.
 */
export function summaryChart(summary: RunSummary): string {
  const { durationMs } = summary;
  const x = (ms: number): number => round((ms / Math.max(1, durationMs)) * WIDTH);
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT + 10}" preserveAspectRatio="none" role="img" class="summary-chart"
aria-label="throughput and latency over ${Math.round(durationMs)} ms">
${faultBands(summary, x)}
${throughputBars(summary, x)}
${latencyLine(summary, x, "p99")}
${latencyLine(summary, x, "p50")}
${elections(summary, x)}
${outages(summary, x)}
</svg>
<p class="summary-times"><span>0 s</span><span>${(durationMs / 1000).toFixed(1)} s</span></p>
<p class="summary-legend">${legend(summary)}</p>`;
}

function legend({ windows, windowMs, latencyMs, unavailableAfterMs }: RunSummary): string {
  const most = Math.max(0, ...windows.map(({ ok }) => ok));
  const lines =
    latencyMs === null
      ? ""
      : ` lines: latency, median and (dashed) 99th percentile, on a logarithmic scale up to ${msText(latencyMs.max)};`;
  return `bars: successes in ${msText(windowMs)}, the highest ${most.toLocaleString("en-US")};${lines}
bands: faults; triangles: a node leads; red: no success for more than ${msText(unavailableAfterMs)}.`;
}

function throughputBars({ windows, windowMs }: RunSummary, x: (ms: number) => number): string {
  const most = Math.max(1, ...windows.map(({ ok }) => ok));
  return windows
    .map(({ fromMs, ok, failed }) => {
      const height = round((ok / most) * (HEIGHT - TOP));
      const perSecond = Math.round((ok / windowMs) * 1000);
      const title = `${seconds(fromMs)}: ${ok} succeeded (${perSecond}/s), ${failed} failed`;
      return `<rect class="ok" x="${x(fromMs)}" y="${HEIGHT - height}" width="${round(x(windowMs) * 0.9)}" height="${height}"><title>${title}</title></rect>`;
    })
    .join("\n");
}

/** Latencies have a logarithmic scale: an outage is a thousand times as long as a quick answer. */
function latencyLine(
  { windows, windowMs, latencyMs }: RunSummary,
  x: (ms: number) => number,
  which: "p50" | "p99",
): string {
  if (latencyMs === null) return "";
  const most = Math.log1p(latencyMs.max);
  const points = windows.flatMap(({ fromMs, latencyMs: own }) =>
    own === null
      ? []
      : [
          `${x(fromMs + windowMs / 2)},${round(HEIGHT - (Math.log1p(own[which]) / most) * (HEIGHT - TOP))}`,
        ],
  );
  return `<polyline class="${which}" points="${points.join(" ")}"></polyline>`;
}

function faultBands({ faults, durationMs }: RunSummary, x: (ms: number) => number): string {
  return faults
    .map(({ text, fromMs, toMs }) => {
      const width = Math.max(2, x((toMs ?? durationMs) - fromMs));
      const title = `${escaped(text)}, from ${seconds(fromMs)} to ${toMs === null ? "the end" : seconds(toMs)}`;
      return `<rect class="fault" x="${x(fromMs)}" y="${TOP}" width="${width}" height="${HEIGHT - TOP}"><title>${title}</title></rect>`;
    })
    .join("\n");
}

function elections({ leaders }: RunSummary, x: (ms: number) => number): string {
  return leaders
    .map(({ node, term, fromMs }) => {
      const title = `${seconds(fromMs)}: ${escaped(node)} leads${term === null ? "" : ` term ${term}`}`;
      return `<path class="leader" d="M${x(fromMs)} ${TOP}l-4 -8h8z"><title>${title}</title></path>`;
    })
    .join("\n");
}

function outages({ unavailable }: RunSummary, x: (ms: number) => number): string {
  return unavailable
    .map(({ fromMs, toMs }) => {
      const title = `no success from ${seconds(fromMs)} to ${seconds(toMs)}`;
      return `<rect class="outage" x="${x(fromMs)}" y="${HEIGHT + 3}" width="${Math.max(2, x(toMs - fromMs))}" height="6"><title>${title}</title></rect>`;
    })
    .join("\n");
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
