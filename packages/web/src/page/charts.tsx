import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Figures } from "@kontiki/cli/live";
import type { Live } from "./live.ts";
import { useIsDark } from "./use-scheme.ts";

type Line = {
  readonly label: string;
  readonly color: string;
  readonly of: (figures: Figures) => number | undefined;
};

type Shown = {
  readonly title: string;
  /** Its unit, after each figure. */
  readonly unit: string;
  /** What is written where there is no figure at all. */
  readonly empty: string;
  readonly lines: readonly Line[];
};

const CHARTS: readonly Shown[] = [
  {
    title: "entries committed",
    unit: "/s",
    empty: "no second is over yet",
    lines: [{ label: "commits", color: "--append", of: ({ commits }) => commits }],
  },
  {
    title: "latency of commands",
    unit: " ms",
    empty: "no command has run here or at the prompt yet",
    lines: [
      { label: "median", color: "--reply", of: ({ p50 }) => p50 },
      { label: "99 %", color: "--vote", of: ({ p99 }) => p99 },
    ],
  },
  {
    title: "elections",
    unit: "/s",
    empty: "no second is over yet",
    lines: [{ label: "elections", color: "--fault", of: ({ elections }) => elections }],
  },
];

/** Throughput, latency and elections over the last minutes. */
export function Charts({ live }: { readonly live: Live }): JSX.Element {
  return (
    <div class="charts">
      {CHARTS.map((shown) => (
        <Chart key={shown.title} shown={shown} figures={live.figures.value} />
      ))}
    </div>
  );
}

type ChartProps = { readonly shown: Shown; readonly figures: readonly Figures[] };

const HEIGHT = 96;

function Chart({ shown, figures }: ChartProps): JSX.Element {
  const { title, unit, empty, lines } = shown;
  const isDark = useIsDark();
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
  }, [lines, isDark]);
  useEffect(() => plot.current?.setData(dataOf(lines, figures)), [lines, figures, isDark]);
  const last = figures.at(-1);
  const now = lines.map(({ label, of }) => {
    const value = last && of(last);
    return `${label} ${value === undefined ? "-" : `${figureText(value)}${unit}`}`;
  });
  const isEmpty = figures.every((one) => lines.every(({ of }) => of(one) === undefined));
  return (
    <figure>
      <figcaption>
        {title} <small>{now.join(", ")}</small>
      </figcaption>
      <div class="plot" ref={place}>
        {isEmpty && <p>{empty}</p>}
      </div>
    </figure>
  );
}

/** At most one decimal, and none where it says nothing. */
function figureText(value: number): string {
  const digits = value < 100 ? 1 : 0;
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}

function dataOf(lines: readonly Line[], figures: readonly Figures[]): UPlot.AlignedData {
  return [
    figures.map(({ at }) => at / 1000),
    ...lines.map(({ of }) => figures.map((one) => of(one) ?? null)),
  ];
}

/** The points that need a dot: a figure between two seconds without one has no line. */
function lonelyPoints({ data }: UPlot, series: number): number[] {
  const values = data[series] ?? [];
  const isAbsent = (at: number): boolean => (values[at] ?? null) === null;
  return [...values.keys()].filter((at) => !isAbsent(at) && isAbsent(at - 1) && isAbsent(at + 1));
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
        points: { show: true, size: 3, filter: lonelyPoints },
      })),
    ],
  };
}
