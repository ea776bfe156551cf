import { parseArgs } from "node:util";
import type { Cell } from "./measurement.ts";

export const USAGE = `usage: pnpm bench:peers [--rounds N] [--peers LIST] [--cells LIST] [--payload BYTES]
                        [--seconds S] [--warmup S] [--also DIR]... [--data DIR] [--builds DIR]
                        [--out FILE] [--chart FILE]
       pnpm bench:peers --from FILE [--chart FILE]

Measures Kontiki and other implementations of Raft, all three members in one process, in rotation, and
prints tables in Markdown: medians, ratios, latencies. A round takes about 6 seconds for each peer and
cell. A run in which other processes took more than 7 % of the machine is repeated up to three times.

  --rounds N       how often each peer is measured in each cell (default 3)
  --peers LIST     of kontiki, kontiki-batch, etcd-node, etcd-rawnode, hashicorp, ra (default: all)
  --cells LIST     of memory-N and durable-N, where N operations are kept in flight
                   (default: durable-1,durable-64,durable-1024,memory-1,memory-64,memory-1024)
  --payload BYTES  bytes of a command, at least 16 (default 100)
  --seconds S      time measured (default 3), after --warmup S (default 1)
  --also DIR       another built checkout of Kontiki, as a peer of its own; can be repeated
  --data DIR       where durable logs are written: name a real disk (default: the temporary directory)
  --builds DIR     where the peers are built and kept (default: kontiki-peers in the temporary directory)
  --out FILE       append each measurement as a JSON line
  --chart FILE     draw the medians as SVG
  --from FILE      measure nothing: tables of the lines that --out wrote

The peers are built from Debian's packages:
  apt-get install golang-go golang-etcd-server-dev golang-github-hashicorp-raft-boltdb-dev \\
    erlang-base erlang-crypto

Status 0: measured. 1: a run failed, or members differed at its end. 2: bad usage, or a peer cannot be built. 130: interrupted.
`;

const CELLS = "durable-1,durable-64,durable-1024,memory-1,memory-64,memory-1024";

export type Options = {
  readonly rounds: number;
  /** Keys of peers, or nothing for all. */
  readonly peers: readonly string[] | undefined;
  readonly cells: readonly Cell[];
  readonly seconds: number;
  readonly warmup: number;
  readonly also: readonly string[];
  readonly data: string | undefined;
  readonly builds: string | undefined;
  readonly out: string | undefined;
  readonly chart: string | undefined;
  readonly from: string | undefined;
};

/** Reads the command line. Throws an error that says what is wrong with it. */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "3" },
      peers: { type: "string" },
      cells: { type: "string", default: CELLS },
      payload: { type: "string", default: "100" },
      seconds: { type: "string", default: "3" },
      warmup: { type: "string", default: "1" },
      also: { type: "string", multiple: true, default: [] },
      data: { type: "string" },
      builds: { type: "string" },
      out: { type: "string" },
      chart: { type: "string" },
      from: { type: "string" },
    },
  });
  const { peers, cells, also, data, builds, out, chart, from } = values;
  const payload = amount("--payload", values.payload, 16, 1_048_576);
  return {
    rounds: amount("--rounds", values.rounds, 1, 1e3),
    peers: peers?.split(","),
    cells: cells.split(",").map((cell) => cellOf(cell, payload)),
    seconds: amount("--seconds", values.seconds, 1, 3600),
    warmup: amount("--warmup", values.warmup, 0, 3600),
    also,
    data,
    builds,
    out,
    chart,
    from,
  };
}

function cellOf(text: string, payload: number): Cell {
  const [, storage, count] = /^(durable|memory)-(\d+)$/.exec(text) ?? [];
  if (count === undefined) {
    throw new Error(`--cells has ${JSON.stringify(text)}; a cell is memory-N or durable-N`);
  }
  const outstanding = amount("--cells", count, 1, 65_536);
  return { durable: storage === "durable", outstanding, payload };
}

function amount(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(
    `${option} needs a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`,
  );
}
