import type { Outcome } from "./hunt.ts";
import type { Mutant } from "./mutant.ts";

/** A mutant and the result of its hunt. */
export type Hunted = { readonly mutant: Mutant; readonly outcome: Outcome };

const HEAD = ["mutant", "caught by", "check", "took", "time"] as const;

/** The table of a run for a terminal: one line per mutant, survivors last. */
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
  const rows = all.map((hunted) => `| ${cellsOf(hunted).join(" | ")} |`);
  const list = all.map(({ mutant }) => `- \`${mutant.name}\`: ${mutant.about} (${mutant.source})`);
  return `# Mutants

A mutant is a defect that a real implementation of Raft had, planted into this one as a replacement in its sources
(\`test/mutants\`: \`elections.ts\`, \`replication.ts\`, \`membership.ts\`, \`snapshots.ts\`, \`disks.ts\`, \`damage.ts\`,
\`clients.ts\`). The engines of \`@kontiki/testing\` must catch every mutant: a mutant that survives reveals a gap in the
scenarios, the faults or the checks. ${caught} of ${all.length} are caught.

\`npx -y pnpm@12 mutants\` builds and hunts all mutants, \`--only NAME\` hunts one, and \`--write\` writes this page. A mutant is
caught by an engine in a hunt of \`test/mutants/campaign.ts\`; the check is the property that the hunt found violated. Times
are CPU times without the build, of one run with ${shape}. A seed is a simulated run; a state is a state of the explorer.

| ${HEAD.join(" | ")} |
| ${HEAD.map(() => "---").join(" | ")} |
${rows.join("\n")}

## What goes wrong in each

${list.join("\n")}
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
