/** A word of a command. A `quoted` word is never an option. */
export type Word = { readonly text: string; readonly quoted: boolean };

/** A line as words, or why it cannot be read. A blank line and a comment have no words. `column` counts characters from 1. */
export type Words =
  | { readonly type: "words"; readonly words: readonly Word[] }
  | { readonly type: "problem"; readonly column: number; readonly message: string };

/**
 * Splits a line at blanks and tabs.
 *
 * A word that starts with a double quote is a JSON string, so that a value can contain blanks, line ends and any other
 * character. A line whose first character is `#` is a comment; elsewhere `#` is an ordinary character.
 */
export function splitWords(line: string): Words {
  const words: Word[] = [];
  let at = skipBlanks(line, 0);
  if (line[at] === "#") return { type: "words", words };
  while (at < line.length) {
    const taken = line[at] === '"' ? takeString(line, at) : takePlain(line, at);
    if (taken.type === "problem") {
      return { ...taken, column: Array.from(line.slice(0, taken.column)).length + 1 };
    }
    words.push(taken.word);
    at = skipBlanks(line, taken.end);
  }
  return { type: "words", words };
}

/** A word and where it ends, or a problem, with its offset as `column`. */
type Taken =
  | { readonly type: "word"; readonly word: Word; readonly end: number }
  | { readonly type: "problem"; readonly column: number; readonly message: string };

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (isBlank(line[at])) at += 1;
  return at;
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

function takePlain(line: string, start: number): Taken {
  const blank = /[ \t]/g;
  blank.lastIndex = start;
  const end = blank.exec(line)?.index ?? line.length;
  return { type: "word", word: { text: line.slice(start, end), quoted: false }, end };
}

function takeString(line: string, start: number): Taken {
  const closed = findClosingQuote(line, start);
  if (closed.type === "problem") return closed;
  const end = closed.at + 1;
  if (end < line.length && !isBlank(line[end])) {
    return problem(end, "a blank must follow the closing double quote");
  }
  const text = JSON.parse(line.slice(start, end)) as string;
  if (/\p{Surrogate}/u.test(text)) {
    return problem(start, "this string has half of a surrogate pair, which is not a character");
  }
  return { type: "word", word: { text, quoted: true }, end };
}

/** Goes from escape to escape, so that an error names the place of the wrong character. */
function findClosingQuote(
  line: string,
  start: number,
): { readonly type: "at"; readonly at: number } | (Taken & { readonly type: "problem" }) {
  const special = /["\\]|\p{Cc}/gu;
  const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
  special.lastIndex = start + 1;
  for (;;) {
    const at = special.exec(line)?.index;
    if (at === undefined) return problem(start, "this double quote is never closed");
    if (line[at] === '"') return { type: "at", at };
    if (line[at] === "\\") {
      escape.lastIndex = at;
      if (!escape.test(line)) return problem(at, "this is not an escape of a JSON string");
      special.lastIndex = escape.lastIndex;
    } else if (line.charCodeAt(at) < 0x20) {
      return problem(at, "in double quotes, write a control character as an escape, such as \\t");
    }
  }
}

function problem(column: number, message: string): Taken & { readonly type: "problem" } {
  return { type: "problem", column, message };
}
