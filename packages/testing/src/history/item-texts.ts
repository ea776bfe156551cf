// A string, a character, a bracket or a comma. A character may look like each of the others.
const PARTS = /"(?:[^"\\]|\\.)*"|\\(?:[\p{L}\p{N}]+|.)|[()[\]{},]/gu;

/** The canonical texts of the items of a list, from the canonical text of the list. */
export function itemTexts(list: string): readonly string[] {
  const inside = list.slice(1, -1);
  if (inside === "") return [];
  if (!/["\\[{]/.test(inside)) return inside.split(",");
  const items: string[] = [];
  let [start, depth] = [0, 0];
  for (const { 0: part, index } of inside.matchAll(PARTS)) {
    if (part === "[" || part === "{") depth += 1;
    else if (part === "]" || part === "}") depth -= 1;
    else if (part === "," && depth === 0) {
      items.push(inside.slice(start, index));
      start = index + 1;
    }
  }
  items.push(inside.slice(start));
  return items;
}
