import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Planted } from "../planted.ts";
import { GAIN, gainRows } from "./gain.ts";
import { gainSection, keptOf, withGain, withKept } from "./gain-page.ts";
import { digestOfSources, Journal } from "./journal.ts";
import { inSampleOrder } from "./sample.ts";
import { sampleOptions, type SampleOptions } from "./options.ts";
import { population } from "./population.ts";
import { powerPage } from "./power-page.ts";
import {
  aligned,
  counted,
  rowsByKind,
  rowsOfMutants,
  survived,
  survivorLines,
  type Counted,
} from "./power-text.ts";
import type { Pursued } from "./pursue.ts";
import { runSample } from "./run-sample.ts";

/** The page that `--write` writes. */
export const POWER_PAGE = "docs/power.md";

/**
 * Takes a sample of all mutants and meets each with what a user runs. Returns the status of the program: 1 when one survived.
 *
 * @throws Error for bad options, and when a mutant's text does not apply.
 */
export async function power(root: string, args: readonly string[]): Promise<number> {
  const options = sampleOptions(args);
  const known = population(root);
  const order = chosen(known, options);
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  tell(`${known.length} mutants, --seed ${options.seed}`);
  let isStopped = false;
  process.on("SIGINT", () => {
    if (isStopped) process.exit(130);
    isStopped = true;
    tell("ends after the mutants that are under way; Ctrl-C again ends at once");
  });
  const { seconds, seeds } = options;
  const journal = new Journal(options.resume, { sources: digestOfSources(root), seconds, seeds });
  const all = await runSample(root, order, options, journal, tell, () => isStopped);
  const sample = counted(all);
  if (options.json) process.stdout.write(`${JSON.stringify({ ...options, all }, undefined, 2)}\n`);
  else process.stdout.write(`${textOf(sample, options)}\n`);
  if (options.write) write(root, all, options, known.length);
  return sample.some(survived) ? 1 : 0;
}

function textOf(sample: readonly Counted[], { gain, engines }: SampleOptions): string {
  if (gain) return aligned(gainRows(sample, engines));
  const tables = [rowsOfMutants(sample), rowsByKind(sample, engines)].map(aligned);
  return [...tables, survivorLines(sample).join("\n")].join("\n\n");
}

/** Writes the part of the page that these results are about, and leaves the other. */
function write(
  root: string,
  all: readonly Pursued[],
  options: SampleOptions,
  population: number,
): void {
  const file = join(root, POWER_PAGE);
  const machine = `${options.jobs} of ${availableParallelism()} cores, Node ${process.versions.node}`;
  const present = readFileSync(file, "utf8");
  const text = options.gain
    ? withGain(present, gainSection(counted(all), { ...options, machine }))
    : withKept(powerPage(all, { ...options, population, machine }), keptOf(present));
  writeFileSync(file, text);
}

/** The mutants to take from, in order. */
function chosen(
  known: readonly Planted[],
  { gain, only, kinds, seed }: SampleOptions,
): readonly Planted[] {
  const stranger = only.find((name) => known.every(({ id }) => id !== name));
  if (stranger !== undefined) throw new Error(`--only: there is no mutant ${stranger}`);
  const some = known.filter(
    ({ id, kind }) =>
      (only.length === 0 || only.includes(id)) && (kinds.length === 0 || kinds.includes(kind)),
  );
  if (!gain) return inSampleOrder(some, seed);
  const compared = only.length === 0 ? GAIN : only;
  return compared.flatMap((name) => some.find(({ id }) => id === name) ?? []);
}
