/** A text, or its parts one after another, so that a large text is never in memory at once. */
export type TextParts = string | Iterable<string>;

/** The parts of a text. */
export function partsOf(text: TextParts): Iterable<string> {
  return typeof text === "string" ? [text] : text;
}

/** The text of all parts. */
export function wholeText(text: TextParts): string {
  return typeof text === "string" ? text : [...text].join("");
}

/** The text without a byte order mark, which some editors add. It belongs to no format. */
export function* withoutMark(text: TextParts): Generator<string, void, void> {
  let isFirst = true;
  for (const part of partsOf(text)) {
    yield isFirst ? part.replace(/^\ufeff/, "") : part;
    if (part !== "") isFirst = false;
  }
}
