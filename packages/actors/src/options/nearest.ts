import { distance } from "fastest-levenshtein";

/** The one of `names` that is most like a misspelt name; undefined when none is like it. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  if (wrong === "") return undefined;
  const small = wrong.toLowerCase();
  const ranked = names
    .map((name) => ({ name, changes: distance(small, name.toLowerCase()) }))
    .toSorted((one, other) => one.changes - other.changes);
  const [best] = ranked;
  const bearable = Math.max(1, Math.floor(wrong.length * 0.4));
  if (best !== undefined && best.changes <= bearable) return best.name;
  return (
    names.find((name) => beginsWith(small, name.toLowerCase())) ??
    names.find((name) => beginsWith(name.toLowerCase(), small))
  );
}

function beginsWith(text: string, start: string): boolean {
  return start.length > 2 && text.startsWith(start);
}
