import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { removeLeftovers } from "./build.ts";
import { chart } from "./chart.ts";
import { measure } from "./measure.ts";
import { measurementOf, type Cell, type Measurement } from "./measurement.ts";
import { optionsOf, USAGE, type Options } from "./options.ts";
import type { Peer, Setting } from "./peer.ts";
import { kontiki, kontikiInBatches, PEERS } from "./peers.ts";
import { Summaries } from "./summary.ts";
import { cellName, tables } from "./table.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    const options = optionsOf(args);
    return options.from === undefined ? await compare(options) : show(read(options.from), options);
  } catch (error) {
    process.stderr.write(`error: ${messageOf(error)}\nTry --help.\n`);
    return 2;
  }
}

/** Prepares all peers first, so that a missing package is told before anything is measured. */
async function compare(options: Options): Promise<number> {
  const peers = peersOf(options);
  const builds = options.builds ?? join(tmpdir(), "kontiki-peers");
  mkdirSync(builds, { recursive: true });
  const data = mkdtempSync(join(options.data ?? tmpdir(), "kontiki-bench-peers-"));
  const setting: Setting = { ...options, builds, data };
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  try {
    for (const peer of peers) peer.prepare(setting);
    const plan = { peers, setting, options, signal: interrupt.signal };
    const { measurements, failed } = await measureAll(plan);
    if (interrupt.signal.aborted) return 130;
    return Math.max(show(measurements, options), failed ? 1 : 0);
  } finally {
    rmSync(data, { recursive: true, force: true });
    removeLeftovers();
  }
}

function peersOf({ peers: keys, also }: Options): readonly Peer[] {
  const own = [kontiki(ROOT), ...also.map((root) => kontiki(resolve(root), `Kontiki in ${root}`))];
  const all = [...own, kontikiInBatches(ROOT), ...PEERS];
  const unknown = keys?.find((key) => all.every((peer) => peer.key !== key));
  if (unknown !== undefined)
    throw new Error(`--peers has ${JSON.stringify(unknown)}, which is no peer`);
  return all.filter(({ key }) => keys === undefined || keys.includes(key));
}

type Plan = {
  readonly peers: readonly Peer[];
  readonly setting: Setting;
  readonly options: Options;
  readonly signal: AbortSignal;
};

type All = { readonly measurements: readonly Measurement[]; readonly failed: boolean };

/** In rotation: what disturbs the machine for a minute meets all peers, not one. */
async function measureAll({ peers, setting, options, signal }: Plan): Promise<All> {
  const measurements: Measurement[] = [];
  let failed = false;
  for (const { round, cell, peer } of rotation(peers, options)) {
    if (signal.aborted) break;
    const what = `round ${round}, ${cellName(cell)}, ${peer.name}`;
    try {
      const measurement = await measure(peer, cell, setting, note, signal);
      measurements.push(measurement);
      note(`${what}: ${measurement.opsPerSecond} ops/s`);
      if (options.out !== undefined) {
        appendFileSync(options.out, `${JSON.stringify(measurement)}\n`);
      }
    } catch (error) {
      failed = true;
      if (!signal.aborted) note(`${what}: ${messageOf(error)}`);
    }
  }
  return { measurements, failed };
}

function* rotation(
  peers: readonly Peer[],
  { rounds, cells }: Options,
): Generator<{ readonly round: number; readonly cell: Cell; readonly peer: Peer }> {
  for (let round = 1; round <= rounds; round += 1) {
    for (const cell of cells) {
      const measured = peers.filter(({ measures }) => measures?.(cell) !== false);
      for (const peer of measured) yield { round, cell, peer };
    }
  }
}

function show(measurements: readonly Measurement[], options: Options): number {
  const summaries = new Summaries(measurements);
  process.stdout.write(`${tables(summaries)}\n`);
  if (options.chart !== undefined) writeFileSync(options.chart, chart(summaries));
  return measurements.every(({ verified }) => verified) ? 0 : 1;
}

function read(file: string): readonly Measurement[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`cannot read ${file}: ${messageOf(error)}`);
  }
  const lines = text.split("\n").filter(Boolean);
  return lines.map((line) => {
    const { peer } = JSON.parse(line) as { readonly peer: string };
    return measurementOf(line, peer);
  });
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
