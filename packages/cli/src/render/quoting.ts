import { escaped } from "../output/error-text.ts";

/** Characters that would control a terminal or break a line. */
const CONTROL = /\p{Cc}/u;

/** Words that need double quotes to be read back unchanged. */
const NEEDS_QUOTES = /^$|^["#]|[ \t]|\p{Cc}/u;

/** The string unchanged, or as a JSON string if it has control characters. */
export function plainText(text: string): string {
  return CONTROL.test(text) ? quoted(text) : text;
}

/** The string as a word that can be typed at the prompt. */
export function wordText(text: string): string {
  return NEEDS_QUOTES.test(text) ? quoted(text) : text;
}

/** A JSON string with every control character escaped; JSON itself does not escape DEL and C1. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/\p{Cc}/gu, escaped);
}

/** The string as one word of a shell command. */
export function shellWord(word: string): string {
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
