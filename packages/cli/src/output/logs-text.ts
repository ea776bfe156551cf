/** The terms of the entries of each log, such as `1,22,,22`: a digit for each entry, a comma between two logs. */
export function logsText(logs: readonly (readonly number[])[]): string {
  return logs.map((terms) => terms.join("")).join(",");
}

/** What {@link logsText} wrote; undefined for any other text. */
export function logsIn(text: string): readonly (readonly number[])[] | undefined {
  if (!/^[1-9,]+$/.test(text)) return undefined;
  return text.split(",").map((terms) => Array.from(terms, Number));
}
