import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { KINDS, type Kind } from "../planted.ts";
import { ENGINES, type Engine } from "./engines.ts";

/** What `pnpm mutants --sample` or `--gain` was asked for. */
export type SampleOptions = {
  /** Whether guided search is compared with blind search. */
  readonly gain: boolean;
  /** How many mutants; undefined with `--gain`, which by default takes all of its own. */
  readonly sample: number | undefined;
  /** How many first seeds each mutant is pursued with: more than one only with `--gain`. */
  readonly trials: number;
  readonly seed: string;
  readonly kinds: readonly Kind[];
  readonly only: readonly string[];
  readonly engines: readonly Engine[];
  /** The CPU time of each trial. */
  readonly seconds: number;
  /** How many seeds of `run all` a trial has: a bound that is the same on any machine. Undefined: time alone bounds it. */
  readonly seeds: number | undefined;
  readonly jobs: number;
  readonly json: boolean;
  readonly write: boolean;
  /** The file that has results, and gets them. */
  readonly resume: string | undefined;
};

/** Trials of `--gain`. */
const TRIALS = "10";

/** The CPU time of a trial in seconds, and of one that a number of seeds bounds. */
const TIME = { alone: "60", withSeeds: "600" } as const;

/** Parses the options. @throws Error that says what is wrong with them. */
export function sampleOptions(args: readonly string[]): SampleOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      gain: { type: "boolean", default: false },
      sample: { type: "string" },
      trials: { type: "string" },
      seed: { type: "string", default: "random" },
      kind: { type: "string", multiple: true, default: [] },
      only: { type: "string", multiple: true, default: [] },
      engines: { type: "string" },
      time: { type: "string" },
      seeds: { type: "string" },
      jobs: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      resume: { type: "string" },
    },
  });
  const { gain } = values;
  if (!gain && values.trials !== undefined)
    throw new Error("--trials needs --gain: a sample has one trial of each engine");
  if (!gain && values.seeds !== undefined)
    throw new Error("--seeds needs --gain: time bounds a trial of a sample");
  const engines = values.engines ?? (gain ? "blind,guided" : "explorer,blind,guided");
  return {
    gain,
    sample: gain ? given("--sample", values.sample) : whole("--sample", values.sample ?? "40"),
    trials: gain ? whole("--trials", values.trials ?? TRIALS) : 1,
    seed: values.seed === "random" ? String(randomInt(2 ** 32)) : values.seed,
    kinds: values.kind.map((kind) => oneOf("--kind", KINDS, kind)),
    only: values.only,
    engines: engines.split(",").map((engine) => oneOf("--engines", ENGINES, engine)),
    seconds: whole(
      "--time",
      values.time ?? TIME[values.seeds === undefined ? "alone" : "withSeeds"],
    ),
    seeds: given("--seeds", values.seeds),
    jobs: whole("--jobs", values.jobs),
    json: values.json,
    write: values.write,
    resume: values.resume,
  };
}

function given(name: string, value: string | undefined): number | undefined {
  return value === undefined ? undefined : whole(name, value);
}

function whole(name: string, given: string): number {
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`${name} must be a whole number of at least 1, not ${given}`);
  return number;
}

function oneOf<T extends string>(name: string, known: readonly T[], given: string): T {
  const found = known.find((one) => one === given);
  if (found === undefined)
    throw new Error(`${name}: there is no ${given}; there are ${known.join(", ")}`);
  return found;
}
