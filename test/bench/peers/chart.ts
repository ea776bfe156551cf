import { init } from "echarts";
import type { Cell } from "./measurement.ts";
import type { Summaries } from "./summary.ts";
import { cellName } from "./table.ts";

const COLUMNS = 3;
/** Pixels of a panel: the bars have what is left of its width. */
const PANEL = { width: 400, left: 140, right: 70, head: 40, row: 24, foot: 30 } as const;
const OWN = "#1b6ca8";
const OTHERS = "#b8c4ce";

/** An SVG picture: a panel for each cell with the rates of all peers as bars, on a scale of its own. */
export function chart(summaries: Summaries): string {
  const { cells, peers } = summaries;
  const height = PANEL.head + peers.length * PANEL.row + PANEL.foot;
  const picture = init(null, null, {
    renderer: "svg",
    ssr: true,
    width: Math.min(COLUMNS, cells.length) * PANEL.width,
    height: Math.ceil(cells.length / COLUMNS) * height,
  });
  const places = cells.map((cell, index) => ({
    cell,
    index,
    left: (index % COLUMNS) * PANEL.width,
    top: Math.floor(index / COLUMNS) * height,
  }));
  picture.setOption({
    animation: false,
    backgroundColor: "white",
    title: places.map(({ cell, left, top }) => ({
      text: `${cellName(cell)} outstanding, operations/s`,
      textStyle: { fontSize: 13 },
      left: left + 10,
      top: top + 10,
    })),
    grid: places.map(({ left, top }) => ({
      left: left + PANEL.left,
      top: top + PANEL.head,
      width: PANEL.width - PANEL.left - PANEL.right,
      height: peers.length * PANEL.row,
    })),
    yAxis: places.map(({ index }) => ({
      gridIndex: index,
      type: "category",
      inverse: true,
      data: [...peers],
      axisTick: { show: false },
    })),
    xAxis: places.map(({ index }) => ({ gridIndex: index, type: "value", show: false })),
    series: places.map(({ cell, index }) => ({
      type: "bar",
      xAxisIndex: index,
      yAxisIndex: index,
      data: bars(summaries, cell),
      label: {
        show: true,
        position: "right",
        formatter: ({ value }: { readonly value: unknown }) =>
          typeof value === "number" ? value.toLocaleString("en-US") : "",
      },
    })),
  });
  const svg = picture.renderToSVGString();
  picture.dispose();
  return svg;
}

function bars(summaries: Summaries, cell: Cell): object[] {
  return summaries.peers.map((peer, index) => ({
    value: Math.round(summaries.of(peer, cell)?.opsPerSecond ?? 0),
    itemStyle: { color: index === 0 ? OWN : OTHERS },
  }));
}
