/** The canonical texts of the items of a list, from the canonical text of the list. */
export function itemTexts(list: string): readonly string[] {
  const inside = list.slice(1, -1);
  if (inside === "") return [];
  if (!/["\\[{]/.test(inside)) return inside.split(",");
  const items: string[] = [];
  let [start, depth] = [0, 0];
  for (let at = 0; at < inside.length; at += 1) {
    const char = inside[at];
    if (char === '"') at = stringEnd(inside, at);
    // A character may look like a bracket, a comma or a quote.
    else if (char === "\\") at += 1;
    else if (char === "[" || char === "{") depth += 1;
    else if (char === "]" || char === "}") depth -= 1;
    else if (char === "," && depth === 0) {
      items.push(inside.slice(start, at));
      start = at + 1;
    }
  }
  items.push(inside.slice(start));
  return items;
}

/** Where a string of JSON ends, from its first quote. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  for (; text[at] !== '"'; at += 1) if (text[at] === "\\") at += 1;
  return at;
}
