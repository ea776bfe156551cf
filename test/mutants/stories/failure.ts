import { VARIANTS } from "../kinds/variants.ts";
import { MUTANTS } from "../mutants.ts";
import type { Edit } from "../edit.ts";
import { runCommand, type Ended } from "../power/run-command.ts";
import { Sandbox } from "../sandbox.ts";

/** How a failure is told, before and after it is shrunk. */
export type Failure = {
  /** The check that failed. */
  readonly check: string;
  /** The scenario of the run. */
  readonly scenario: string;
  /** Of the failed run as it was found. */
  readonly found: Told;
  /** Of the shrunk run. */
  readonly shrunk: Told;
  /** Runs of the shrinking. */
  readonly runs: number;
  /** CPU time of `kontiki shrink`, the start of Node included. */
  readonly ms: number;
  /** Whether the shrunk token reproduces the same run. */
  readonly isReproduced: boolean;
};

/** How many lines tell a run, of how many. */
export type Told = { readonly lines: number; readonly of: number };

/** Times of commands, in ms of CPU time. */
const HUNT_MS = 60_000;
const SHRINK_MS = 300_000;

type Found = {
  readonly scenarios: readonly {
    readonly scenario: string;
    readonly findings: readonly { readonly check: string; readonly token: string }[];
  }[];
};

type Shrunk = { readonly token: string; readonly runs: number; readonly told: Told };

/**
 * Plants a mutant, finds a failure as a user does, shrinks it, and replays what is left.
 *
 * @returns undefined when no run failed in time.
 */
export async function failureOf(root: string, id: string): Promise<Failure | undefined> {
  const sandbox = new Sandbox(root);
  const kontiki = async (limitMs: number, ...args: readonly string[]): Promise<Ended> =>
    runCommand([sandbox.program, ...args, "--json"], limitMs);
  try {
    await sandbox.plant(editsOf(id));
    const hunt = ["run", "all", "--until-fail", "--jobs", "1", "--seed", "1"];
    const { scenarios } = read<Found>(await kontiki(HUNT_MS, ...hunt));
    const [first] = scenarios.flatMap(({ scenario, findings }) =>
      findings.map((finding) => ({ ...finding, scenario })),
    );
    if (first === undefined) return undefined;
    const { check, scenario, token } = first;
    const found = read<{ told: Told }>(await kontiki(SHRINK_MS, "replay", token, "--story"));
    const ended = await kontiki(SHRINK_MS, "shrink", token);
    const { runs, told, token: smallest } = read<Shrunk>(ended);
    const again = await kontiki(SHRINK_MS, "replay", smallest);
    const { outcome, hash, expected } = read<Again>(again);
    const isReproduced = outcome === "reproduced" && hash === expected.hash;
    const { ms } = ended;
    return { check, scenario, found: found.told, shrunk: told, runs, ms, isReproduced };
  } finally {
    sandbox.remove();
  }
}

type Again = {
  readonly outcome: string;
  readonly hash: string | null;
  readonly expected: { readonly hash: string | null };
};

function editsOf(id: string): readonly Edit[] {
  const mutant =
    MUTANTS.find(({ name }) => name === id) ?? VARIANTS.find((variant) => variant.id === id);
  if (mutant === undefined) throw new Error(`there is no mutant ${id}`);
  return mutant.edits;
}

function read<T>({ out, error }: Ended): T {
  if (out === "") throw new Error(`kontiki printed nothing: ${error.trim()}`);
  return JSON.parse(out) as T;
}
