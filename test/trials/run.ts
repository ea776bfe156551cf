import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stoppedCluster, type StoppedCluster } from "./stopped-cluster.ts";
import { trial, type TrialEnd } from "./trial.ts";

const USAGE = `usage: pnpm trials:damage [--trials N] [--seed N] [--per-cluster N] [--folder PATH]

Damages the folders of stopped clusters of three nodes on real disks and starts them again. Every acknowledged value must be
served that is intact on at least one disk. If an entry is intact on none, no node may lead, and the nodes must name the entry.

  --trials N       number of trials (default 1000)
  --seed N         seed of the first trial (default 1). The same seed damages the same places, if the files are as large: how
                   long a cluster's log is depends on the timing of its threads
  --per-cluster N  this many trials damage copies of the same cluster (default 25)
  --folder PATH    where to put the folders (default a new one in the temporary folder)

Example: pnpm trials:damage --trials 1 --seed 17

Status 0: all trials ended as they must. 1: some did not; their folders stay, damaged and not started. 2: bad usage.
`;

type Options = {
  readonly trials: number;
  readonly seed: number;
  readonly perCluster: number;
  readonly folder: string;
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const ends: TrialEnd[] = [];
  let base: (StoppedCluster & { readonly seed: number }) | undefined;
  for (let seed = options.seed; seed < options.seed + options.trials; seed += 1) {
    // A seed has the same cluster in every run that has the same number of trials per cluster.
    const baseSeed = Math.floor(seed / options.perCluster);
    if (base?.seed !== baseSeed) {
      if (base !== undefined) rmSync(base.folder, { recursive: true });
      const folder = join(options.folder, `cluster-${baseSeed}`);
      base = { ...(await stoppedCluster(folder, baseSeed)), seed: baseSeed };
    }
    const end = await trial(base, join(options.folder, `trial-${seed}`), seed);
    ends.push(end);
    tell(options, seed, end, ends);
  }
  if (base !== undefined) rmSync(base.folder, { recursive: true });
  process.stdout.write(`${summary(ends)}\n`);
  const isRight = ends.every(({ type }) => type !== "wrong");
  if (isRight) rmSync(options.folder, { recursive: true });
  return isRight ? 0 : 1;
}

function tell(options: Options, seed: number, end: TrialEnd, ends: readonly TrialEnd[]): void {
  if (end.type === "wrong")
    process.stderr.write(
      `trial ${seed}: ${end.about}: ${end.what} (${join(options.folder, `trial-${seed}`)})\n`,
    );
  if (ends.length % 25 === 0) process.stderr.write(`${summary(ends)}\n`);
}

function summary(ends: readonly TrialEnd[]): string {
  const count = (type: TrialEnd["type"]): number => ends.filter((end) => end.type === type).length;
  return `${ends.length} trials: ${count("served")} served, ${count("refused")} refused, ${count("wrong")} wrong`;
}

function optionsOf(args: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        trials: { type: "string", default: "1000" },
        seed: { type: "string", default: "1" },
        "per-cluster": { type: "string", default: "25" },
        folder: { type: "string" },
      },
    });
    const [trials, seed, perCluster] = [values.trials, values.seed, values["per-cluster"]].map(
      Number,
    );
    if (![trials, seed, perCluster].every((one) => Number.isSafeInteger(one) && Number(one) > 0))
      return undefined;
    const folder = values.folder ?? mkdtempSync(join(tmpdir(), "kontiki-trials-"));
    return { trials: trials ?? 0, seed: seed ?? 0, perCluster: perCluster ?? 1, folder };
  } catch {
    return undefined;
  }
}
