import { closestMatch } from "leven";

/** The share of a name's letters that may be wrong. */
const WRONG_SHARE = 0.4;

/** The one of `names` that is most like a misspelt name; undefined when none is like it. */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  if (wrong === "") return undefined;
  const small = wrong.toLowerCase();
  const smallNames = names.map((name) => name.toLowerCase());
  const maxDistance = Math.max(1, Math.floor(wrong.length * WRONG_SHARE));
  const found =
    swapped(small, smallNames) ??
    closestMatch(small, smallNames, { maxDistance }) ??
    smallNames.find((name) => beginsWith(small, name)) ??
    smallNames.find((name) => beginsWith(name, small));
  return found === undefined ? undefined : names[smallNames.indexOf(found)];
}

/** The name in which two letters that follow each other are swapped: the most common slip, and two errors to a distance. */
function swapped(wrong: string, names: readonly string[]): string | undefined {
  return names.find((name) => {
    const at = wrong.split("").findIndex((letter, place) => letter !== name[place]);
    return at >= 0 && name === wrong.slice(0, at) + wrong[at + 1] + wrong[at] + wrong.slice(at + 2);
  });
}

function beginsWith(text: string, start: string): boolean {
  return start.length > 2 && text.startsWith(start);
}
