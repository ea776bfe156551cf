import { FORMATS, type Format } from "@kontiki/testing";
import { parseArgs } from "node:util";
import { compared, type Case, type Compared } from "./compare.ts";
import { OBJECTS, type ObjectName } from "./objects.ts";

const USAGE = `usage: pnpm check:scale [--count N] [--seed N] [--model NAME]... [--format NAME]... [--case N]

Generates histories for each model and format, and compares the verdict of the checker with that of a judge that shares no
code with it. Each history comes in two kinds, linearizable by construction and with one answer changed, and is read in both
readings of :fail.

  --count N       histories for each model and format (default 100000)
  --seed N        what all histories are drawn from (default 1)
  --model NAME    only this model; can be repeated
  --format NAME   only this format; can be repeated
  --case N        only the history with this number, shown with its verdicts

Status 0: no difference. 1: a difference. 2: bad usage.
`;

const PROGRESS_MS = 1000;

process.exitCode = main(process.argv.slice(2));

type Options = {
  readonly models: readonly ObjectName[];
  readonly formats: readonly Format[];
  readonly seed: number;
  readonly count: number;
  readonly only: number | undefined;
};

function main(args: readonly string[]): number {
  const options = optionsOf(args);
  if (typeof options === "string") {
    process.stderr.write(options);
    return 2;
  }
  const { models, formats, seed, only } = options;
  if (only !== undefined) {
    for (const model of models)
      for (const format of formats) show({ model, format, seed, number: only });
    return 0;
  }
  let differences = 0;
  for (const model of models)
    for (const format of formats) differences += campaign(model, format, options);
  return differences === 0 ? 0 : 1;
}

/** Compares the histories of one model and format. @returns how many differ. */
function campaign(model: ObjectName, format: Format, { seed, count }: Options): number {
  const start = performance.now();
  const tally = { valid: 0, violated: 0, differences: 0 };
  let shown = start;
  for (let number = 0; number < count; number += 1) {
    for (const one of compared({ model, format, seed, number })) {
      tally[one.expected] += 1;
      if (isRight(one)) continue;
      tally.differences += 1;
      process.stdout.write(
        `DIFFERENCE: ${verdictsText(one)}; to see it:\n` +
          `  pnpm check:scale --model ${model} --format ${format} --seed ${seed} --case ${number}\n`,
      );
    }
    if (process.stderr.isTTY && performance.now() - shown > PROGRESS_MS) {
      shown = performance.now();
      process.stderr.write(`\r\u001b[K${model} ${format}: ${number} of ${count}`);
    }
  }
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  process.stdout.write(
    `${model.padEnd(16)} ${format.padEnd(7)} ${count} histories, ${tally.valid} valid and ` +
      `${tally.violated} violated verdicts, ${tally.differences} differences, ${seconds} s\n`,
  );
  return tally.differences;
}

/** A history that follows an object must be valid, except where a reading takes a failure for an answer. */
function isRight({ kind, failedCas, expected, actual }: Compared): boolean {
  const mustBeValid = kind === "made" && failedCas === "no-effect";
  return actual === expected && (expected === "valid" || !mustBeValid);
}

function show(one: Case): void {
  let text = "";
  for (const each of compared(one)) {
    if (each.text !== text) process.stdout.write(`--- ${one.model} ${one.format}\n${each.text}`);
    text = each.text;
    process.stdout.write(`${verdictsText(each)}\n`);
  }
}

function verdictsText({ kind, failedCas, expected, actual }: Compared): string {
  return `${kind}, a failed cas read as ${failedCas}: ${expected} by the naive judge, ${actual} by the checker`;
}

/** Parses the options. Returns a text when they are wrong, or for `--help`. */
function optionsOf(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        count: { type: "string", default: "100000" },
        seed: { type: "string", default: "1" },
        model: { type: "string", multiple: true, default: [] },
        format: { type: "string", multiple: true, default: [] },
        case: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return USAGE;
    const models = chosen("--model", values.model, Object.keys(OBJECTS) as ObjectName[]);
    const formats = chosen("--format", values.format, FORMATS);
    const only = values.case === undefined ? undefined : wholeNumber("--case", values.case);
    const [seed, count] = [
      wholeNumber("--seed", values.seed),
      wholeNumber("--count", values.count),
    ];
    return { models, formats, seed, count, only };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

function chosen<Name extends string>(
  option: string,
  names: readonly string[],
  known: readonly Name[],
): readonly Name[] {
  const stranger = names.find((name) => !known.some((one) => one === name));
  if (stranger !== undefined)
    throw new Error(`${option} must be one of ${known.join(", ")}, not ${stranger}`);
  return names.length === 0 ? known : known.filter((name) => names.includes(name));
}

function wholeNumber(option: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new Error(`${option} must be a whole number, not ${text}`);
}
