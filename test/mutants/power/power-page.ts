import { EQUIVALENTS } from "./equivalents.ts";
import type { Engine } from "./engines.ts";
import { counted, rowsByKind, rowsOfMutants, survived, survivorLines } from "./power-text.ts";
import type { Pursued } from "./pursue.ts";

/** How a sample was taken. */
export type SampleShape = {
  readonly seed: string;
  readonly seconds: number;
  readonly engines: readonly Engine[];
  /** How many mutants there are to take from. */
  readonly population: number;
  /** The machine, as text. */
  readonly machine: string;
};

/** docs/power.md. */
export function powerPage(all: readonly Pursued[], shape: SampleShape): string {
  const { seed, seconds, engines, population, machine } = shape;
  const sample = counted(all);
  const aside = (why: string): number =>
    all.filter((one) => one.type === "set aside" && one.why === why).length;
  const survivors = survivorLines(sample);
  return `# Power

What the engines find that they were not built for. A mutant is a defect in the sources; here nothing is written to find a
certain one. Each is met only by what a user runs: \`kontiki explore\` with each small instance of [explorer.md](explorer.md),
smallest first, \`kontiki run all --until-fail --jobs 1\` (blind), and the same with \`--guided\`; ${seconds} seconds of CPU
time for each engine, whatever the others find. An engine ends at its first catch.
[Mutants](mutants.md) has the other measure: named defects, and the hunts of \`test/mutants\` that find them.

The mutants are those of [mutants.md](mutants.md), variants of the kinds that survived most often (\`test/mutants/kinds\`), and
those of a generator (\`test/mutants/generate\`): comparisons that include or exclude the equal case or are reversed, bounds
moved by one, a part of a condition or a whole guard dropped, a call, an effect or an update of a field dropped, neighbours
swapped, in the core and in the parts of the actors that safety depends on. There are ${population} that are not known to be
equivalent to the original.

<!-- not run: it takes an hour -->

\`\`\`console
$ npx -y pnpm@12 mutants --sample ${sample.length} --seed ${seed} --time ${seconds} --write
\`\`\`

A sample takes one mutant of each kind in turn. A mutant that does not compile, or that breaks a run in which nothing fails,
is set aside and does not count: ${aside("does not compile")} and ${aside("breaks at once")} in this sample. The explorer runs the core alone, so it meets only mutants of
the core. ${sample.filter((one) => !survived(one)).length} of ${sample.length} are caught.${smallText(sample.length, seconds)} Times are CPU times, medians over the mutants
that the engine caught, ${machine}.

${markdownTable(rowsByKind(sample, engines))}

## Survivors

${survivors.length === 0 ? "None in this sample." : survivors.join("\n")}

## Each mutant of the sample

${markdownTable(rowsOfMutants(sample))}

## Equivalent mutants

Mutants that no run can tell from the original, with the argument. They are in no sample.

${[...EQUIVALENTS].map(([id, why]) => `- \`${id}\`: ${why}`).join("\n")}
`;
}

/** The usual sample has 40 mutants and 60 seconds for each engine. */
function smallText(size: number, seconds: number): string {
  if (size >= 40 && seconds >= 60) return "";
  return " This sample is small: the usual one has 40 mutants, and 60 seconds for each.";
}

export function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
