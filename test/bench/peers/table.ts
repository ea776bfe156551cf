import type { Cell } from "./measurement.ts";
import type { Summaries, Summary } from "./summary.ts";

/** Markdown: a table of rates, one of them as multiples of the first peer's, and one with all that was measured. */
export function tables(summaries: Summaries): string {
  const [first] = summaries.peers;
  const rates = grid(summaries, (summary) => whole(summary.opsPerSecond));
  const ratios = grid(summaries, (summary, cell) => {
    const own = summaries.of(first ?? "", cell);
    return own === undefined ? "" : (own.opsPerSecond / summary.opsPerSecond).toFixed(2);
  });
  return [
    `Operations per second, medians:\n\n${rates}`,
    `${first}, as a multiple of each:\n\n${ratios}`,
    `All figures:\n\n${details(summaries)}`,
  ].join("\n\n");
}

function grid(summaries: Summaries, text: (summary: Summary, cell: Cell) => string): string {
  const rows = summaries.peers.map((peer) => [
    peer,
    ...summaries.cells.map((cell) => {
      const summary = summaries.of(peer, cell);
      return summary === undefined ? "" : text(summary, cell);
    }),
  ]);
  return markdown([["", ...summaries.cells.map(cellName)], ...rows]);
}

function details(summaries: Summaries): string {
  const rows = summaries.cells.flatMap((cell) =>
    summaries.peers.flatMap((peer) => {
      const summary = summaries.of(peer, cell);
      return summary === undefined ? [] : [[cellName(cell), peer, ...detail(summary)]];
    }),
  );
  const head = ["load", "peer", "runs", "ops/s", "range", "p50 us", "p99 us", "CPU us/op", "note"];
  return markdown([head, ...rows]);
}

function detail(summary: Summary): readonly string[] {
  const { runs, opsPerSecond, least, most, p50Us, p99Us, cpuUs, verified, noisy } = summary;
  const notes = [
    ...(verified ? [] : ["members differ at the end"]),
    ...(noisy === 0 ? [] : [`${noisy} noisy`]),
  ];
  return [
    String(runs),
    whole(opsPerSecond),
    `${whole(least)}-${whole(most)}`,
    whole(p50Us),
    whole(p99Us),
    cpuUs.toFixed(1),
    notes.join(", "),
  ];
}

/** A cell in words; of the usual size if no bytes are named. */
export function cellName({ durable, outstanding, payload }: Cell): string {
  const bytes = payload === 100 ? "" : `, ${payload} bytes`;
  return `${durable ? "durable" : "memory"}, ${whole(outstanding)}${bytes}`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function markdown([head, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head ?? []), line((head ?? []).map(() => "---")), ...rows.map(line)].join("\n");
}
