import type { Engine } from "./engines.ts";
import { gainRows } from "./gain.ts";
import type { Counted } from "./power-text.ts";
import { markdownTable } from "./power-page.ts";

const HEADING = "## What guided search gains";

/** The heading of the section that follows. */
const NEXT = "## Survivors";

/** How guided and blind search were compared. */
export type GainShape = {
  readonly seed: string;
  readonly trials: number;
  readonly seconds: number;
  readonly engines: readonly Engine[];
  /** The machine, as text. */
  readonly machine: string;
};

/** The section of docs/power.md that compares guided search with blind search. */
export function gainSection(all: readonly Counted[], shape: GainShape): string {
  const { seed, trials, seconds, engines, machine } = shape;
  return `${HEADING}

\`--guided\` keeps plans that met something new, and changes them: see \`kontiki run --help\`. Each of ${all.length} mutants that blind
search does not find in its first twenty runs is pursued from ${trials} first seeds, for at most ${seconds} seconds of CPU time each.
Seeds and seconds are medians over these trials; \`>\` means that half of them or more caught nothing. In the last row
they are sums. ${machine}.

<!-- not run: it takes hours -->

\`\`\`console
$ npx -y pnpm@12 mutants --gain --trials ${trials} --seed ${seed} --time ${seconds} --write
\`\`\`

${markdownTable(gainRows(all, engines))}

`;
}

/** That section of a page; empty if there is none. */
export function gainOf(page: string): string {
  const [from, to] = [page.indexOf(HEADING), page.indexOf(NEXT)];
  return from === -1 || to < from ? "" : page.slice(from, to);
}

/** A page with this section instead of its own. */
export function withGain(page: string, section: string): string {
  const own = gainOf(page);
  const without = own === "" ? page : page.replace(own, () => "");
  return without.replace(NEXT, () => `${section}${NEXT}`);
}
