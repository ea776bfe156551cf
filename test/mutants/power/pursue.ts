import { Sandbox } from "../sandbox.ts";
import type { Planted } from "../planted.ts";
import { commandsOf, limitOf, type Engine, type Trial } from "./engines.ts";
import type { Journal, Why } from "./journal.ts";
import { readExploration, readRuns, type Output } from "./read-output.ts";
import { runCommand, type Ended } from "./run-command.ts";

/** The most CPU time of the run that must not fail, in ms. It takes a few seconds on the original. */
const CALM_MS = 30_000;

/** A run in which nothing fails. A mutant that breaks it is no mutant to hunt: any test would see it. */
const CALM = ["run", "no_issue_sanity", "--seed", "1", "--json"] as const;

/** With less time than this a command does not even start, in ms. */
const LEAST_MS = 1_000;

/** How hard mutants are pursued. */
export type Effort = {
  readonly engines: readonly Engine[];
  /** The CPU time of each trial. */
  readonly seconds: number;
  /** The seeds of each trial but that of the explorer; undefined when only time bounds them. */
  readonly seeds: number | undefined;
  /** The first seeds of the trials of each engine but the explorer, which has one. */
  readonly firstSeeds: readonly number[];
};

/** What became of a mutant. */
export type Pursued = { readonly planted: Planted } & (
  | {
      /** It does not count: it does not compile, or it breaks at once. */
      readonly type: "set aside";
      readonly why: Why;
    }
  | { readonly type: "pursued"; readonly trials: readonly Trial[] }
);

/**
 * Plants a mutant in a separate folder, and runs what a user would run, unless the journal knows the results.
 *
 * @param root the root of the repository, built.
 */
export async function pursue(
  root: string,
  planted: Planted,
  effort: Effort,
  journal: Journal,
): Promise<Pursued> {
  const { id } = planted;
  const why = journal.asideOf(id);
  if (why !== undefined) return { planted, type: "set aside", why };
  const wanted = wantedTrials(planted, effort);
  const known = (): readonly Trial[] =>
    wanted.flatMap(({ engine, firstSeed }) => journal.trialOf(id, engine, firstSeed) ?? []);
  if (wanted.length > 0 && known().length === wanted.length)
    return { planted, type: "pursued", trials: known() };
  const sandbox = new Sandbox(root);
  try {
    const flaw = await flawOf(sandbox, planted);
    if (flaw !== undefined) {
      journal.add({ id, why: flaw });
      return { planted, type: "set aside", why: flaw };
    }
    for (const { engine, firstSeed } of wanted)
      if (journal.trialOf(id, engine, firstSeed) === undefined) {
        const trial = await tried(sandbox.program, engine, effort, firstSeed);
        journal.add({ id, trial });
      }
    return { planted, type: "pursued", trials: known() };
  } finally {
    sandbox.remove();
  }
}

function wantedTrials(
  planted: Planted,
  { engines, firstSeeds }: Effort,
): readonly Pick<Trial, "engine" | "firstSeed">[] {
  const seedsOf = (engine: Engine): readonly number[] => (engine === "explorer" ? [0] : firstSeeds);
  return engines
    .filter((engine) => engine !== "explorer" || isInCore(planted))
    .flatMap((engine) => seedsOf(engine).map((firstSeed) => ({ engine, firstSeed })));
}

/** Plants a mutant, and returns why it does not count; undefined if it does. */
async function flawOf(sandbox: Sandbox, planted: Planted): Promise<Why | undefined> {
  if (!(await compiles(sandbox, planted))) return "does not compile";
  const { status } = await runCommand([sandbox.program, ...CALM], CALM_MS);
  return status === 0 ? undefined : "breaks at once";
}

/** @throws Error when its text does not apply. */
async function compiles(sandbox: Sandbox, { edits }: Planted): Promise<boolean> {
  try {
    await sandbox.plant(edits, true);
    return true;
  } catch (error) {
    const isOfBuild = /cannot be built|changes nothing in the build/;
    if (error instanceof Error && isOfBuild.test(error.message)) return false;
    throw error;
  }
}

/** The explorer runs the core alone. */
function isInCore({ edits }: Planted): boolean {
  return edits.some(({ file }) => file.startsWith("packages/core/"));
}

/** Runs the commands of an engine until one finds something or its time is over. */
async function tried(
  program: string,
  engine: Engine,
  { seconds, seeds }: Effort,
  firstSeed: number,
): Promise<Trial> {
  let [count, ms] = [0, 0];
  for (const command of commandsOf(engine, firstSeed, seeds)) {
    const left = seconds * 1000 - ms;
    if (left < LEAST_MS) break;
    const limit = limitOf(engine, seconds * 1000, left);
    const ended = await runCommand([program, ...command], limit);
    const output = outputOf(engine, ended);
    count += output.count;
    ms += ended.ms;
    if (output.caught !== undefined) return { engine, firstSeed, caught: output.caught, count, ms };
  }
  return { engine, firstSeed, caught: undefined, count, ms };
}

/** A command that does not end, or ends with an error of its own, has found something too: on the original none does. */
function outputOf(engine: Engine, { status, out, error }: Ended): Output {
  const failed = (check: string, text: string): Output => ({ caught: { check, text }, count: 0 });
  if (status === undefined) return failed("comes to an end", "the command did not end in time");
  if (status === 2) throw new Error(`kontiki rejects the command: ${error}`);
  // It was interrupted before it had anything to print.
  if (status === 130 && out === "") return { caught: undefined, count: 0 };
  if (status === 4) return failed("error", error.trim().split("\n")[0] ?? "");
  return engine === "explorer" ? readExploration(out) : readRuns(out);
}
