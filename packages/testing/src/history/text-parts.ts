/**
 * A text, or its parts one after another, so that a large text is never in memory at once. A reader may go through the parts
 * more than once.
 */
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
export function withoutMark(text: TextParts): TextParts {
  if (typeof text === "string") return unmarked(text);
  return {
    *[Symbol.iterator]() {
      let isFirst = true;
      for (const part of text) {
        yield isFirst ? unmarked(part) : part;
        if (part !== "") isFirst = false;
      }
    },
  };
}

function unmarked(text: string): string {
  return text.replace(/^\ufeff/, "");
}
