/** Characters that would steer a terminal or break a line. */
const CONTROL = /\p{Cc}/u;

/** Words that need double quotes to be read back as they are. */
const NEEDS_QUOTES = /^$|^["#]|[ \t]|\p{Cc}/u;

/** A string as it is, or as a JSON string if it holds control characters. */
export function plainText(text: string): string {
  return CONTROL.test(text) ? quoted(text) : text;
}

/** A string as a word that can be typed back. */
export function wordText(text: string): string {
  return NEEDS_QUOTES.test(text) ? quoted(text) : text;
}

/** A JSON string with every control character escaped; JSON itself leaves DEL and C1 as they are. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A word as a shell takes it for one. */
export function shellWord(word: string): string {
  return /^[\w./:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
