import { grouped } from "./quantities.ts";

const GAP = "   ";
const INDENT = "  ";

/** The events that occurred, with counts, and those that never did. `width` in characters. */
export function coverageText(counts: Readonly<Record<string, number>>, width: number): string {
  const all = Object.entries(counts);
  const met = all.filter(([, count]) => count > 0);
  const never = all.filter(([, count]) => count === 0).map(([name]) => name);
  const lines = [
    ...(met.length === 0 ? [] : ["met:", ...columns(met, width)]),
    ...(never.length === 0 ? [] : ["never met:", ...filled(never, width)]),
  ];
  return lines.join("\n");
}

/** Names and counts in as many columns as fit, ordered down the columns. */
export function columns(
  met: readonly (readonly [string, number])[],
  width: number,
): readonly string[] {
  const nameWidth = Math.max(...met.map(([name]) => name.length));
  const countWidth = Math.max(...met.map(([, count]) => grouped(count).length));
  const cells = met.map(
    ([name, count]) => `${name.padEnd(nameWidth)} ${grouped(count).padStart(countWidth)}`,
  );
  const cellWidth = nameWidth + 1 + countWidth + GAP.length;
  const across = Math.max(1, Math.floor((width - INDENT.length + GAP.length) / cellWidth));
  const down = Math.ceil(cells.length / across);
  return Array.from(
    { length: down },
    (_, row) => `${INDENT}${cells.filter((_cell, at) => at % down === row).join(GAP)}`,
  );
}

/** Words in lines, as many words in a line as fit. */
export function filled(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const [at, word] of words.entries()) {
    const text = at === words.length - 1 ? word : `${word},`;
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + text.length > width) lines.push(`${INDENT}${text}`);
    else lines[lines.length - 1] = `${last} ${text}`;
  }
  return lines;
}
