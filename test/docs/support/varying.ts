/**
 * What may differ between two runs of a command on real threads or in real time. A page names what varies above the block,
 * and only that is not compared.
 */

/** Ways to make lines equal that differ only in what varies. */
const RULES = {
  /** Which node leads: names up to a renaming of all, and the order of a table's rows with them. */
  nodes: (lines: readonly string[]) => sortedRows(lines),
  /** Terms count elections, and an election may have to be repeated. Their order is compared. */
  terms: (lines: readonly string[]) => rankedTerms(lines),
  /** Which of two events is told first. */
  order: (lines: readonly string[]) => sortedEvents(lines),
  /** When the prompt shows a new membership, and whether each of them: the answers and the log tell the same. */
  membership: (lines: readonly string[]) => lines.filter((line) => !line.startsWith(MEMBERSHIP)),
  /** Times in milliseconds. */
  ms: (lines: readonly string[]) => replaced(lines, /\d+(?:\.\d+)? ?ms\b/g, "? ms"),
  /** The random number of a client's session. */
  sessions: (lines: readonly string[]) => replaced(lines, /\b\d{9,}:/g, "?:"),
  /** How long a run took, with how many jobs, and how fast that was. */
  speed: (lines: readonly string[]) => replaced(lines, SPEED, "?"),
} satisfies Record<string, (lines: readonly string[]) => readonly string[]>;

export type Varying = keyof typeof RULES;

const SPEED = new RegExp(
  [
    String.raw`, \d+ jobs?, [\d.]+ m?s$`,
    String.raw`; [\d.]+ m?s, [\d,]+ states/s, \d+ MiB`,
    String.raw`"(?:jobs|elapsedMs|busyMs)":[\d.]+`,
    String.raw`checked in [\d.]+ m?s`,
    // The last columns of the table of a campaign.
    String.raw`(?<=^\S+( +[\d,]+){5} .* m?s) +[\d,]+ +[\d,]+$`,
    String.raw`(?<=  virtual)  events/s  speedup$`,
  ].join("|"),
  "g",
);

const MEMBERSHIP = "membership: ";
const NODE = /\bn\d\b/g;
const ROW = /^[* ] {2}n\d /;
const EVENT = /^n\d (?:leads|started|stopped|crashed)\b(?! as)/;
const TOLD_TERM = /(?<=\bterm )\d+|(?<=^\d+ )\d+(?= (?:noop|membership|\d+:\d+ |\?:\d+ ))/g;

export function isVarying(name: string): name is Varying {
  return name in RULES;
}

/** How many of the lines that a page shows come in any case. */
export function countCertain(shown: readonly string[], varies: readonly Varying[]): number {
  return varies.includes("membership") ? RULES.membership(shown).length : shown.length;
}

/** Whether lines are what a page shows, but for what varies. A line of `...` on the page stands for any lines. */
export function agrees(
  shown: readonly string[],
  lines: readonly string[],
  varies: readonly Varying[],
): boolean {
  const plain = (some: readonly string[]): readonly string[] =>
    varies.reduce<readonly string[]>((rest, name) => RULES[name](rest), some);
  const candidates = varies.includes("nodes") ? renamings(lines) : [lines];
  const expected = plain(shown);
  return candidates.some((candidate) => matches(expected, plain(candidate)));
}

function matches(expected: readonly string[], lines: readonly string[]): boolean {
  const [first, ...rest] = expected;
  if (first === undefined) return lines.length === 0;
  if (first !== "...") return first === lines[0] && matches(rest, lines.slice(1));
  if (rest.length === 0) return true;
  return lines.some((_, at) => matches(rest, lines.slice(at)));
}

function replaced(lines: readonly string[], what: RegExp, by: string): readonly string[] {
  return lines.map((line) => {
    const plain = line.replaceAll(what, by);
    // A shorter number makes a column narrower.
    return plain === line ? line : plain.replaceAll(/ +/g, " ");
  });
}

function renamings(lines: readonly string[]): readonly (readonly string[])[] {
  const names = [...new Set(lines.flatMap((line) => line.match(NODE) ?? []))].toSorted();
  return permutations(names).map((others) => {
    const other = new Map(names.map((name, at) => [name, others[at] ?? name]));
    return lines.map((line) => line.replaceAll(NODE, (name) => other.get(name) ?? name));
  });
}

function permutations(names: readonly string[]): readonly (readonly string[])[] {
  if (names.length === 0) return [[]];
  return names.flatMap((name) =>
    permutations(names.filter((other) => other !== name)).map((rest) => [name, ...rest]),
  );
}

/** Sorts each run of lines that belong together, by a key. */
function sortedRuns(
  lines: readonly string[],
  belongs: RegExp,
  key: (line: string) => string,
): readonly string[] {
  const sorted: string[] = [];
  let run: string[] = [];
  for (const line of [...lines, ""]) {
    if (belongs.test(line)) {
      run.push(line);
      continue;
    }
    sorted.push(...run.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)), line);
    run = [];
  }
  return sorted.slice(0, -1);
}

function sortedRows(lines: readonly string[]): readonly string[] {
  return sortedRuns(lines, ROW, (line) => line.slice(3, 5));
}

function sortedEvents(lines: readonly string[]): readonly string[] {
  return sortedRuns(lines, EVENT, (line) => line);
}

/** Replaces each term by its rank among all that are shown: in `term 3`, in a line of a log, in a column of a table. */
function rankedTerms(lines: readonly string[]): readonly string[] {
  let ends: readonly number[] = [];
  const marked = lines.map((line) => {
    if (/^ +node /.test(line))
      ends = Array.from(line.matchAll(/\bterm\b/g), ({ index }) => index + "term".length);
    // From the right, because a mark moves what comes after it.
    if (ROW.test(line)) return ends.reduceRight(markedBefore, line);
    return line.replaceAll(TOLD_TERM, "<$&>");
  });
  const told = marked.flatMap((line) =>
    Array.from(line.matchAll(/<(\d+)>/g), ([, term]) => Number(term)),
  );
  const ranks = [...new Set(told)].toSorted((a, b) => a - b);
  return marked.map((line) =>
    line.replaceAll(/<(\d+)>/g, (_, term: string) => `<${ranks.indexOf(Number(term)) + 1}>`),
  );
}

function markedBefore(line: string, end: number): string {
  return line.slice(0, end).replace(/\d+$/, "<$&>") + line.slice(end);
}
