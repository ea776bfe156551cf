import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Figures } from "@kontiki/cli/live";
import type { Live } from "./live.ts";

type Line = {
  readonly label: string;
  readonly color: string;
  readonly of: (figures: Figures) => number | undefined;
};

const CHARTS: readonly { readonly title: string; readonly lines: readonly Line[] }[] = [
  {
    title: "entries committed a second",
    lines: [{ label: "commits", color: "--append", of: ({ commits }) => commits }],
  },
  {
    title: "latency of commands, ms",
    lines: [
      { label: "median", color: "--reply", of: ({ p50 }) => p50 },
      { label: "99 %", color: "--vote", of: ({ p99 }) => p99 },
    ],
  },
  {
    title: "elections a second",
    lines: [{ label: "elections", color: "--fault", of: ({ elections }) => elections }],
  },
];

/** Throughput, latency and elections over the last minutes. */
export function Charts({ live }: { readonly live: Live }): JSX.Element {
  return (
    <div class="charts">
      {CHARTS.map(({ title, lines }) => (
        <Chart key={title} title={title} lines={lines} figures={live.figures.value} />
      ))}
    </div>
  );
}

type ChartProps = {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly figures: readonly Figures[];
};

const HEIGHT = 96;

function Chart({ title, lines, figures }: ChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>();
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new UPlot(optionsOf(lines, element), dataOf(lines, []), element);
    plot.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [lines]);
  useEffect(() => plot.current?.setData(dataOf(lines, figures)), [lines, figures]);
  const last = figures.at(-1);
  const now = lines.map(({ label, of }) => {
    const value = last && of(last);
    return `${label} ${value === undefined ? "-" : Math.round(value * 10) / 10}`;
  });
  return (
    <figure>
      <figcaption>
        {title} <small>{now.join(", ")}</small>
      </figcaption>
      <div ref={place} />
    </figure>
  );
}

function dataOf(lines: readonly Line[], figures: readonly Figures[]): UPlot.AlignedData {
  return [
    figures.map(({ at }) => at / 1000),
    ...lines.map(({ of }) => figures.map((one) => of(one) ?? null)),
  ];
}

function optionsOf(lines: readonly Line[], element: HTMLElement): UPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name);
  const axis = {
    stroke: color("--dim"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth || 300,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false },
      y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] },
    },
    axes: [
      { ...axis, size: 20, values: (_plot, seconds) => seconds.map((second) => `${second} s`) },
      { ...axis, size: 40 },
    ],
    series: [
      {},
      ...lines.map(({ label, color: name }) => ({
        label,
        stroke: color(name),
        width: 1.5,
        points: { size: 3 },
      })),
    ],
  };
}
