import { createHash } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Planted } from "../planted.ts";
import type { Journal } from "./journal.ts";
import type { SampleOptions } from "./options.ts";
import { counted, survived } from "./power-text.ts";
import { pursue, type Pursued } from "./pursue.ts";

/**
 * Pursues mutants in this order until as many count as are wanted. The results are in the order of the mutants.
 *
 * @param tell gets a line about each result and about what is left.
 * @param isStopped whether to begin no other mutant.
 */
export async function runSample(
  root: string,
  order: readonly Planted[],
  options: SampleOptions,
  journal: Journal,
  tell: (line: string) => void,
  isStopped: () => boolean,
): Promise<readonly Pursued[]> {
  const { sample = order.length, trials, engines, seconds, seeds, seed, jobs } = options;
  const firstSeeds = Array.from({ length: trials }, (_none, at) => firstSeedOf(seed, at));
  const effort = { engines, seconds, seeds, firstSeeds };
  const started = performance.now();
  const results = new Map<Planted, Pursued>();
  const waiting = [...order];
  let underWay = 0;
  const done = (): number => counted([...results.values()]).length;
  const work = async (): Promise<void> => {
    while (done() + underWay < sample && !isStopped()) {
      const planted = waiting.shift();
      if (planted === undefined) return;
      underWay += 1;
      const result = await pursue(root, planted, effort, journal);
      underWay -= 1;
      results.set(planted, result);
      tell(`${done()}/${sample} ${timeText(started)} ${lineOf(result)}`);
    }
  };
  tell(
    `at most ${Math.ceil((sample * seconds * trials * engines.length) / 60)} minutes of CPU time`,
  );
  do await Promise.all(Array.from({ length: jobs }, work));
  while (done() < sample && waiting.length > 0 && !isStopped());
  return order.flatMap((planted) => results.get(planted) ?? []);
}

/** The first seed of the runs of a trial: the same sample meets the same runs. */
function firstSeedOf(seed: string, trial: number): number {
  const text = trial === 0 ? seed : `${seed} ${trial}`;
  return createHash("sha256").update(text).digest().readUInt32LE();
}

function timeText(started: number): string {
  const seconds = Math.round((performance.now() - started) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function lineOf(result: Pursued): string {
  const { id } = result.planted;
  if (result.type === "set aside") return `${id}: ${result.why}`;
  const found = result.trials.flatMap(({ engine, caught, ms }) =>
    caught === undefined ? [] : `${engine} ${(ms / 1000).toFixed(1)} s (${caught.check})`,
  );
  return `${id}: ${survived(result) ? "SURVIVED" : found.join(", ")}`;
}
