/**
 * Haskell's `show` for the few types that the original prints.
 *
 * @module
 */

const CONTROL_NAMES = (
  "NUL SOH STX ETX EOT ENQ ACK a b t n v f r SO SI " +
  "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
).split(" ");
const DELETE = 127;

/** A byte string, one character for each byte: `"node0"`. */
export function showText(bytes: string): string {
  let shown = "";
  for (let at = 0; at < bytes.length; at += 1) {
    const escaped = showCharacter(bytes.charAt(at));
    shown += escaped + separator(escaped, bytes.charAt(at + 1));
  }
  return `"${shown}"`;
}

/** A record: `Entry {eIndex = ..., eTerm = ...}`. */
export function showRecord(name: string, fields: Readonly<Record<string, string>>): string {
  const shown = Object.entries(fields).map(([field, value]) => `${field} = ${value}`);
  return `${name} {${shown.join(", ")}}`;
}

export function showList(items: readonly string[]): string {
  return `[${items.join(",")}]`;
}

export function showPair(first: string, second: string): string {
  return `(${first},${second})`;
}

/** A set or a map with its items in order. */
export function showCollection(items: readonly string[]): string {
  return `fromList ${showList(items)}`;
}

export function showBool(value: boolean): string {
  return value ? "True" : "False";
}

function showCharacter(character: string): string {
  const code = character.charCodeAt(0);
  const name = CONTROL_NAMES[code];
  if (name !== undefined) return `\\${name}`;
  if (code === DELETE) return "\\DEL";
  if (code > DELETE) return `\\${code}`;
  return character === '"' || character === "\\" ? `\\${character}` : character;
}

/** Separates an escape from a next character that would be read as a part of it. */
function separator(escaped: string, next: string): string {
  const endsInNumber = /^\\\d+$/.test(escaped) && /\d/.test(next);
  return endsInNumber || (escaped === "\\SO" && next === "H") ? "\\&" : "";
}
