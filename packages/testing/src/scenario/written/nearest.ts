/** The one of `names` that is most like a misspelt name; undefined when none is like it. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  const small = wrong.toLowerCase();
  const ranked = names
    .map((name) => ({ name, changes: changesBetween(small, name.toLowerCase()) }))
    .toSorted((one, other) => one.changes - other.changes);
  const [best] = ranked;
  const bearable = Math.max(1, Math.floor(wrong.length * 0.4));
  if (best !== undefined && best.changes <= bearable) return best.name;
  return names.find((name) => name.length > 2 && small.startsWith(name.toLowerCase()));
}

/** Letters to insert, remove or replace (Levenshtein). */
function changesBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
