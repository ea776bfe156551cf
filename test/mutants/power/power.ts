import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
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
} from "./power-text.ts";
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
  const all = await runSample(root, order, options, tell, () => isStopped);
  const sample = counted(all);
  if (options.json) process.stdout.write(`${JSON.stringify({ ...options, all }, undefined, 2)}\n`);
  else {
    const tables = [rowsOfMutants(sample), rowsByKind(sample, options.engines)].map(aligned);
    process.stdout.write(`${[...tables, survivorLines(sample).join("\n")].join("\n\n")}\n`);
  }
  const machine = `${options.jobs} of ${availableParallelism()} cores, Node ${process.versions.node}`;
  const page = { ...options, population: known.length, machine };
  if (options.write) writeFileSync(join(root, POWER_PAGE), powerPage(all, page));
  return sample.some(survived) ? 1 : 0;
}

/** The mutants to take from, in order. */
function chosen(
  known: readonly ReturnType<typeof population>[number][],
  { only, kinds, seed }: SampleOptions,
): ReturnType<typeof inSampleOrder> {
  const stranger = only.find((name) => known.every(({ id }) => id !== name));
  if (stranger !== undefined) throw new Error(`--only: there is no mutant ${stranger}`);
  const some = known.filter(
    ({ id, kind }) =>
      (only.length === 0 || only.includes(id)) && (kinds.length === 0 || kinds.includes(kind)),
  );
  return inSampleOrder(some, seed);
}
