import type { Outcome } from "./hunt.ts";
import type { Mutant } from "./mutant.ts";

/** A mutant and what came of hunting it. */
export type Hunted = { readonly mutant: Mutant; readonly outcome: Outcome };

const HEAD = ["mutant", "caught by", "check", "took", "time"] as const;

/** The table of a run for a terminal: a line a mutant, survivors last. */
export function tableText(all: readonly Hunted[]): string {
  const rows = [HEAD, ...sorted(all).map(cellsOf)];
  const widths = HEAD.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The page of the documentation. */
export function tablePage(all: readonly Hunted[], shape: string): string {
  const caught = all.filter(({ outcome }) => outcome.caught !== undefined).length;
  const rows = all.map(({ mutant, outcome }) => {
    const [name, by, check, took, time] = cellsOf({ mutant, outcome });
    return `| \`${name}\` | ${mutant.about} | ${mutant.source} | ${by} | ${check} | ${took} | ${time} |`;
  });
  return `# Mutants

Defects that implementations of Raft really had, each planted into this one as a replacement in its sources
(\`test/mutants\`). The engines of \`@kontiki/testing\` must catch every one of them: a mutant that survives is a hole in
the scenarios, the faults or the checks. ${caught} of ${all.length} are caught.

\`npx -y pnpm@12 mutants\` builds and hunts them all, \`--only NAME\` one, \`--write\` writes this page. Times are those of
one run on ${shape}, without the time that building takes. A seed is one simulated run, a state one of the explorer's.

| mutant | what goes wrong | source | caught by | check | took | time |
| ------ | --------------- | ------ | --------- | ----- | ---- | ---- |
${rows.join("\n")}
`;
}

function sorted(all: readonly Hunted[]): readonly Hunted[] {
  const isCaught = ({ outcome }: Hunted): boolean => outcome.caught !== undefined;
  return [...all.filter(isCaught), ...all.filter((hunted) => !isCaught(hunted))];
}

function cellsOf({ mutant, outcome }: Hunted): readonly [string, string, string, string, string] {
  const { caught, seeds, states, ms } = outcome;
  const took =
    [counted(seeds, "seed"), counted(states, "state")].filter((part) => part !== "").join(", ") ||
    "-";
  const time = `${(ms / 1000).toFixed(1)} s`;
  if (caught === undefined) return [mutant.name, "SURVIVED", "", took, time];
  return [mutant.name, `${caught.engine}, ${caught.hunt}`, caught.check, took, time];
}

function counted(count: number, what: string): string {
  if (count === 0) return "";
  return `${count.toString().replaceAll(/\B(?=(\d{3})+$)/g, ",")} ${what}${count === 1 ? "" : "s"}`;
}
