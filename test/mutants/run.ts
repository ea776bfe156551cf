import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chase } from "./chase.ts";
import { HUNTS } from "./campaign.ts";
import type { HuntName } from "./hunt.ts";
import type { Mutant } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";
import { power, POWER_PAGE } from "./power/power.ts";
import { tablePage, tableText, type Hunted } from "./table.ts";

const USAGE = `usage: pnpm mutants [--only NAME]... [--jobs N] [--time SECONDS] [--json] [--write]
       pnpm mutants --sample N [--seed SEED] [--kind KIND]... [--only ID]... [--engines LIST]
                    [--jobs N] [--time SECONDS] [--resume FILE] [--json] [--write]
       pnpm mutants --gain [--trials N] [--seeds N] [--seed SEED] [--sample N] [--only ID]...
                    [--engines LIST] [--jobs N] [--time SECONDS] [--resume FILE] [--json] [--write]

Plants each named mutant into a copy of the sources and hunts it with the engines, in hunts that were
made for such mutants. With --sample, takes N of all mutants, those of the generator included, and
meets each only with what a user runs: kontiki explore, and kontiki run all --until-fail --jobs 1,
blind and --guided. With --gain, compares guided with blind search on mutants that blind search
rarely finds, from several first seeds.

  --only NAME      hunt only this mutant; can be repeated. "original" hunts the unchanged sources
  --jobs N         number of parallel hunts (default 2)
  --time SECONDS   maximum CPU time per mutant (default 60)
  --json           print one JSON document instead of a table
  --write          write docs/mutants.md; with --sample docs/power.md; with --gain its section there

With --sample and --gain:
  --sample N       how many mutants that compile and do not break at once (with --gain: the first N
                   of its list; default all)
  --seed SEED      the same seed takes the same mutants; "random" draws and prints one (default)
  --kind KIND      only this kind, such as "joint consensus" or comparison; can be repeated
  --only ID        only this mutant; can be repeated
  --engines LIST   of explorer, blind and guided, with commas (default: all; with --gain blind,guided)
  --trials N       first seeds that each mutant is pursued from (with --gain; default 10)
  --seeds N        with --gain: how many seeds of "run all" a trial may take, whatever their time
  --time SECONDS   CPU time of each engine for each mutant and first seed (default 60; with --seeds
                   600, for a run that does not end)
  --resume FILE    append each result to this file, and take from it what it has already
  --jobs N         mutants at once (default 1)

Status 0: all are caught. 1: a mutant survived, or the original did not. 2: bad usage. 4: a mutant cannot be built.
`;

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The unchanged sources. They must survive: otherwise the hunts catch something that is not the mutant's defect. */
const ORIGINAL: Mutant = {
  name: "original",
  about: "Nothing goes wrong.",
  source: "",
  edits: [],
  hunts: Object.keys(HUNTS) as HuntName[],
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  if (args.some((arg) => /^--(sample|gain)/.test(arg))) return samplePower(args);
  const options = optionsOf(args);
  if (typeof options === "string") {
    process.stderr.write(options);
    return 2;
  }
  try {
    const hunted = await huntAll(options);
    process.stdout.write(
      options.json ? `${JSON.stringify(hunted, undefined, 2)}\n` : `${tableText(hunted)}\n`,
    );
    const mutants = hunted.filter(({ mutant }) => mutant !== ORIGINAL);
    const shape = `${options.jobs} of ${availableParallelism()} cores, Node ${process.versions.node}`;
    if (options.write) writePage(tablePage(mutants, shape));
    const isWell = ({ mutant, outcome }: Hunted): boolean =>
      (outcome.caught === undefined) === (mutant === ORIGINAL);
    return hunted.every(isWell) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 4;
  }
}

async function samplePower(args: readonly string[]): Promise<number> {
  try {
    const status = await power(ROOT, args);
    if (args.includes("--write")) format(join(ROOT, POWER_PAGE));
    return status;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

function writePage(page: string): void {
  const file = join(ROOT, "docs/mutants.md");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, page);
  format(file);
}

function format(file: string): void {
  const prettier = join(ROOT, "node_modules/prettier/bin/prettier.cjs");
  execFileSync(process.execPath, [prettier, "--write", file]);
}

type Options = {
  readonly mutants: readonly Mutant[];
  readonly jobs: number;
  readonly deadlineMs: number;
  readonly json: boolean;
  readonly write: boolean;
};

/** Parses the options. Returns a text when they are wrong, or for `--help`. */
function optionsOf(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true, default: [] },
        jobs: { type: "string", default: "2" },
        time: { type: "string", default: "60" },
        json: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const [jobs, seconds] = [Number(values.jobs), Number(values.time)];
    const known = [ORIGINAL, ...MUTANTS];
    const stranger = values.only.find((only) => known.every(({ name }) => name !== only));
    if (values.help) return USAGE;
    if (!Number.isInteger(jobs) || jobs < 1)
      return `--jobs must be a whole number of at least 1, not ${values.jobs}\n`;
    if (!(seconds > 0)) return `--time must be more than 0 seconds, not ${values.time}\n`;
    if (stranger !== undefined) return `--only: there is no mutant ${stranger}\n`;
    if (values.write && values.only.length > 0)
      return "--write cannot be combined with --only: the page holds all mutants\n";
    const mutants =
      values.only.length === 0 ? known : known.filter(({ name }) => values.only.includes(name));
    return { mutants, jobs, deadlineMs: seconds * 1000, json: values.json, write: values.write };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

/** Hunts the mutants, with `jobs` hunts in parallel. The results are in the order of the mutants. */
async function huntAll({ mutants, jobs, deadlineMs }: Options): Promise<readonly Hunted[]> {
  const results = new Map<Mutant, Hunted>();
  const waiting = [...mutants];
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const outcome = await chase(ROOT, mutant, deadlineMs).catch((error: unknown) => {
        throw new Error(
          `${mutant?.name}: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
      results.set(mutant, { mutant, outcome });
      tell(results.size, mutants.length, { mutant, outcome });
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return mutants.flatMap((mutant) => results.get(mutant) ?? []);
}

function tell(done: number, all: number, { mutant, outcome }: Hunted): void {
  const { caught, ms } = outcome;
  const what =
    caught === undefined ? "SURVIVED" : `${caught.hunt}: ${caught.check}: ${caught.text}`;
  process.stderr.write(`${done}/${all} ${mutant.name} (${(ms / 1000).toFixed(1)} s) ${what}\n`);
}
