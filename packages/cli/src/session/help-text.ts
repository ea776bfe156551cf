import type { Colors } from "../output/colors.ts";
import { usageOf } from "./find-verb.ts";
import type { VerbHelp } from "./verb.ts";

/** One verb in detail, or several as an aligned list. */
export function helpText(verbs: readonly VerbHelp[], colors: Pick<Colors, "dim">): string {
  const [first] = verbs;
  if (verbs.length === 1 && first !== undefined) return detailText(first, colors);
  const width = Math.max(...verbs.map((verb) => usageOf(verb).length));
  const lines = verbs.map((verb) => `${usageOf(verb).padEnd(width)}  ${colors.dim(verb.summary)}`);
  return [...lines, "", ...INPUT_RULES].join("\n");
}

function detailText(verb: VerbHelp, colors: Pick<Colors, "dim">): string {
  const { summary, example, details = [] } = verb;
  const width = Math.max(0, ...details.map(([written]) => written.length));
  const lines = details.map(([written, does]) => `  ${written.padEnd(width)}  ${colors.dim(does)}`);
  return [usageOf(verb), `  ${summary}`, ...lines, `  ${colors.dim("example:")} ${example}`].join(
    "\n",
  );
}

/** How a line of input is read. */
const INPUT_RULES = [
  'Words are separated by blanks; a word in double quotes is a JSON string: "two words\\n".',
  "Blank lines and lines that start with # are skipped.",
];
