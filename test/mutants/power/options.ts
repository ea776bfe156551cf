import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { KINDS, type Kind } from "../planted.ts";
import { ENGINES, type Engine } from "./engines.ts";

/** What `pnpm mutants --sample` was asked for. */
export type SampleOptions = {
  readonly sample: number;
  readonly seed: string;
  readonly kinds: readonly Kind[];
  readonly only: readonly string[];
  readonly engines: readonly Engine[];
  readonly seconds: number;
  readonly jobs: number;
  readonly json: boolean;
  readonly write: boolean;
};

/** Parses the options. @throws Error that says what is wrong with them. */
export function sampleOptions(args: readonly string[]): SampleOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sample: { type: "string", default: "40" },
      seed: { type: "string", default: "random" },
      kind: { type: "string", multiple: true, default: [] },
      only: { type: "string", multiple: true, default: [] },
      engines: { type: "string", default: "explorer,blind" },
      time: { type: "string", default: "60" },
      jobs: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  return {
    sample: whole("--sample", values.sample),
    seed: values.seed === "random" ? String(randomInt(2 ** 32)) : values.seed,
    kinds: values.kind.map((kind) => oneOf("--kind", KINDS, kind)),
    only: values.only,
    engines: values.engines.split(",").map((engine) => oneOf("--engines", ENGINES, engine)),
    seconds: whole("--time", values.time),
    jobs: whole("--jobs", values.jobs),
    json: values.json,
    write: values.write,
  };
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
