/** An operation in the data of a page; see `PageOperation` of the package. */
type Row = [
  number,
  number,
  number | null,
  "ok" | "failed" | "open",
  string,
  number,
  boolean,
  number,
];

type Data = {
  unit: string;
  processes: string[];
  objects: string[];
  operations: Row[];
  bands: { type: "fault" | "leader"; text: string; from: number; to: number | null }[];
  blocked: number;
};

type Bar = { readonly call: number; readonly end: number };
type Lane = { readonly label: string; readonly bars: readonly Bar[] };
type Report = { readonly lanes: readonly Lane[]; readonly from: number; readonly to: number };

interface Viewed {
  width: number;
  readonly from: number;
  readonly to: number;
  x(time: number): number;
  time(x: number): number;
  show(from: number, to: number): void;
  zoom(factor: number, at: number): void;
}

type Block = { readonly first: Bar; readonly count: number };

// The script of a page is for browsers and has no declarations. These are the types of what the tests use.
const { arrange } = (await module("data.js")) as { arrange: (data: Data) => Report };
const { View } = (await module("view.js")) as { View: new (from: number, to: number) => Viewed };
const { blocksOf } = (await module("bars.js")) as {
  blocksOf: (lane: Lane, view: Viewed, isShown: (bar: Bar) => boolean) => readonly Block[];
};
const { ticks, timeText } = (await module("times.js")) as {
  ticks: (
    from: number,
    to: number,
    count: number,
    least?: number,
  ) => { step: number; times: number[] };
  timeText: (time: number, unit: string, step: number) => string;
};

export { arrange, blocksOf, ticks, timeText, View };

async function module(name: string): Promise<unknown> {
  return import(new URL(`../../../packages/web/src/report/${name}`, import.meta.url).href);
}
