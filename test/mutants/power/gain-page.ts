import type { Engine } from "./engines.ts";
import { gainRows } from "./gain.ts";
import type { Counted } from "./power-text.ts";
import { markdownTable } from "./power-page.ts";

const HEADING = "## What guided search gains";

/** The heading of the section that follows all that no sample writes. */
const SURVIVORS = "## Survivors";

/** How a section begins, after the line before it. */
const SECTION = "\n## ";

/** Measured once, when the shares and changes of a guided campaign were chosen. */
const SITUATIONS = `With the same number of events on unchanged sources, guided search meets rare situations more often, and more of them together.
Rare are those of the sometimes table that fewer than 3 % of 450 other blind runs met; each row has 1,300,000 events of
\`run all\`, from the same first seed.

| search                                                    | runs | situations | runs with a rare one | pairs of rare ones |
| --------------------------------------------------------- | ---- | ---------- | -------------------- | ------------------ |
| blind                                                     | 251  | 202        | 81                   | 164                |
| guided, 1/4 new seeds, changes faults and sizes           | 226  | 199        | 149                  | 377                |
| guided, 1/4 new seeds, changes settings and nodes as well | 227  | 201        | 139                  | 338                |
| guided, 1/2 new seeds, changes settings and nodes as well | 242  | 203        | 112                  | 305                |

The last row is what \`--guided\` does: with fewer new seeds it stays near what it knows, and meets fewer different situations.
Energy by the cost of a plan, and counts as something new, added nothing.`;

/** How guided and blind search were compared. */
export type GainShape = {
  readonly seed: string;
  readonly trials: number;
  readonly seconds: number;
  /** The seeds of each trial; undefined when only time bounds them. */
  readonly seeds: number | undefined;
  readonly engines: readonly Engine[];
  /** The machine, as text. */
  readonly machine: string;
};

/** The section of docs/power.md that compares guided search with blind search. */
export function gainSection(all: readonly Counted[], shape: GainShape): string {
  const { seed, trials, seconds, seeds, engines, machine } = shape;
  const most = seeds === undefined ? `${seconds} seconds of CPU time` : seedsText(seeds);
  const bound =
    seeds === undefined ? `--time ${seconds}` : `--sample ${all.length} --seeds ${seeds}`;
  return `${HEADING}

\`--guided\` keeps plans that met something new, and changes them: see \`kontiki run --help\`.

${SITUATIONS}

That is not yet a catch. Each of ${all.length} mutants that blind
search does not find in its first twenty runs is pursued from ${trials} first seeds, for at most ${most} each.
Runs and seconds are medians over these trials; \`>\` means that half of them or more caught nothing. In the last row
they are sums. Seconds are CPU time of the job, so the load of the machine changes neither. ${machine}.

<!-- not run: it takes hours -->

\`\`\`console
$ npx -y pnpm@12 mutants --gain --trials ${trials} --seed ${seed} ${bound} --write
\`\`\`

${markdownTable(gainRows(all, engines))}

`;
}

/** How many runs a number of seeds is depends on the shipped scenarios. */
function seedsText(seeds: number): string {
  return `${seeds} ${seeds === 1 ? "seed" : "seeds"} of \`run all\``;
}

/** That section of a page; empty if there is none. */
export function gainOf(page: string): string {
  const from = page.indexOf(HEADING);
  if (from === -1) return "";
  const next = page.indexOf(SECTION, from);
  return page.slice(from, next === -1 ? undefined : next + 1);
}

/** A page with this section instead of its own. */
export function withGain(page: string, section: string): string {
  const own = gainOf(page);
  return own === "" ? withKept(page, section) : page.replace(own, () => section);
}

/** The sections of a page that no sample writes: all before its survivors. */
export function keptOf(page: string): string {
  const [from, to] = [page.indexOf(SECTION), page.indexOf(SURVIVORS)];
  return from === -1 || to < from ? "" : page.slice(from + 1, to);
}

/** A page of a sample with these sections, which stand before its survivors. */
export function withKept(page: string, sections: string): string {
  return page.replace(SURVIVORS, () => `${sections}${SURVIVORS}`);
}
