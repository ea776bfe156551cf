import { CHARACTERS, EdnCharacter, EdnKeyword, EdnSymbol, isName } from "./edn-scalars.ts";
import { ednNumber, type Read } from "./numbers.ts";

/** What a token without parts is, or why it cannot be kept. */
export type Atom = null | boolean | EdnKeyword | EdnSymbol | EdnCharacter | Read;

/** Reads an atom: a keyword, a symbol, a number, or one of the words nil, true and false. */
export function ednAtom(atom: string): Atom {
  if (atom === "nil") return null;
  if (atom === "true" || atom === "false") return atom === "true";
  if (/^[-+]?\d/.test(atom)) return ednNumber(atom);
  const isKeyword = atom.startsWith(":");
  const name = isKeyword ? atom.slice(1) : atom;
  if (!isName(name)) return notEdn(atom);
  return isKeyword ? new EdnKeyword(name) : new EdnSymbol(name);
}

/** Reads what follows `##`: the numbers that have no digits. */
export function ednConstant(name: string): Read {
  if (name === "Inf") return Infinity;
  if (name === "-Inf") return -Infinity;
  if (name === "NaN")
    return { problem: "##NaN equals nothing, not even itself: no model can judge it" };
  return notEdn(`##${name}`);
}

/** Reads a character from its name, which is what follows the backslash. */
export function ednCharacter(name: string): Atom {
  const hexadecimal = /^u([0-9a-fA-F]{4})$/.exec(name)?.[1];
  if (hexadecimal !== undefined) {
    return new EdnCharacter(String.fromCharCode(Number.parseInt(hexadecimal, 16)));
  }
  const char = CHARACTERS.get(name) ?? name;
  return Array.from(char).length === 1 ? new EdnCharacter(char) : notEdn(`\\${name}`);
}

/** Reads the inside of a string, or gives the place of an escape that is not EDN. */
export function ednString(raw: string): string | { readonly badEscape: number } {
  if (!raw.includes("\\")) return raw;
  let badEscape: number | undefined;
  const text = raw.replace(ESCAPE, (escape, hexadecimal: string | undefined, at: number) => {
    if (hexadecimal !== undefined) return String.fromCharCode(Number.parseInt(hexadecimal, 16));
    const char = ESCAPED.get(escape);
    if (char === undefined) badEscape ??= at;
    return char ?? "";
  });
  return badEscape === undefined ? text : { badEscape };
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|[^])/g;

const ESCAPED = new Map([
  ["\\t", "\t"],
  ["\\r", "\r"],
  ["\\n", "\n"],
  ["\\b", "\b"],
  ["\\f", "\f"],
  ["\\\\", "\\"],
  ['\\"', '"'],
]);

function notEdn(text: string): { readonly problem: string } {
  return { problem: `${JSON.stringify(text)} is not EDN` };
}
