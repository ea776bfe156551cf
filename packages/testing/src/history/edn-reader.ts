import { tagged, qualified } from "./edn-tags.ts";
import { ednAtom, ednCharacter, ednConstant, ednString, type Atom } from "./edn-token.ts";
import { EdnKeyword, EdnSymbol, EdnValue } from "./edn-scalars.ts";
import { EdnText, type Bracket } from "./edn-text.ts";
import type { HistoryError } from "./history-error.ts";
import { canonical, EdnMap, EdnSet, isList, mapOf, type Value } from "./value.ts";

/** No real history nests deeper. Without a bound, a hostile file could exhaust the stack. */
const DEPTH_MAX = 200;

/** An entry of a map, and why its value cannot be kept. */
export type Entry = readonly [key: Value, value: Value, problem: HistoryError | undefined];

/** The entries of a map by the canonical text of the key. */
export type Entries = ReadonlyMap<string, Entry>;

/**
 * Reads EDN (github.com/edn-format/edn), with the ratios, metadata and namespaced maps of Clojure.
 *
 * The npm packages for EDN round numbers, accept broken text silently (an unclosed vector becomes nil, a comment joins the
 * numbers around it), keep only one of two equal keys, and do not report where they stopped. A checker must not judge half
 * a file or take two values for one, so this reader rejects everything that is not EDN or that it cannot keep exactly, and
 * reports the place.
 *
 * An error in the structure ends the reading. An error in one value, such as a float with too many digits, is kept with
 * the value: a history also holds values that no model judges, such as those of the nemesis.
 */
export class EdnReader {
  readonly #text: EdnText;
  #depth = 0;
  #problem: HistoryError | undefined;

  /** Reads `text` from `offset`. */
  constructor(text: string, offset = 0) {
    this.#text = new EdnText(text, offset);
  }

  /** Where the next form begins. */
  get offset(): number {
    return this.#skip();
  }

  /** Whether no form is left. */
  get atEnd(): boolean {
    return this.offset >= this.#text.length;
  }

  /** Reads `bracket` if it comes next. @returns whether it did. */
  takes(bracket: Bracket): boolean {
    this.#skip();
    return this.#text.takes(bracket);
  }

  /** Reads the next form. @throws HistoryError when there is none, or it cannot be kept. */
  read(): Value {
    const value = this.#next();
    if (this.#problem !== undefined) throw this.#problem;
    return value;
  }

  /** Reads the tags and the metadata before a form: what it is, and not its content. */
  skipLabels(): void {
    for (let start = this.#skip(); ; start = this.#skip()) {
      if (this.#text.startsTag) this.#text.takeAtom();
      else if (this.#text.takes("^")) this.#metadata(start);
      else return;
    }
  }

  /** Whether the next form is a map, whatever its tags. */
  get startsMap(): boolean {
    this.skipLabels();
    return this.#text.next === "{" || this.#text.startsWith("#:");
  }

  /**
   * Reads the next form as a map, whatever its tags. Undefined when it is no map; then it is read too.
   *
   * @throws HistoryError when a key cannot be kept. An entry holds the problem of its value.
   */
  readEntries(): Entries | undefined {
    const isMap = this.startsMap;
    const start = this.#text.at;
    if (!isMap) {
      this.read();
      return undefined;
    }
    const [entries, problem] = this.#text.takes("{")
      ? this.#entries(start)
      : this.#namespaced(start);
    if (problem !== undefined) throw problem;
    this.#problem = undefined;
    return entries;
  }

  /** Moves on over spaces, comments, and forms that `#_` discards. @returns where the next form begins. */
  #skip(): number {
    const text = this.#text;
    let discarding = 0;
    let lastMark = 0;
    for (;;) {
      text.skipSpace();
      const start = text.at;
      if (text.takes("#_")) {
        discarding += 1;
        lastMark = start;
      } else if (discarding === 0) return start;
      else {
        // `#_ #_ a b` discards both: each mark takes one of the forms after it.
        if (text.isClosing) throw text.error(lastMark, "#_ has no form to discard");
        const problem = this.#problem;
        this.#form(start);
        this.#problem = problem;
        discarding -= 1;
      }
    }
  }

  #next(): Value {
    return this.#form(this.#skip());
  }

  #form(start: number): Value {
    if (this.#depth >= DEPTH_MAX)
      throw this.#text.error(start, `forms nest deeper than ${DEPTH_MAX}`);
    this.#depth += 1;
    const value = this.#formOf(this.#text.next, start);
    this.#depth -= 1;
    return value;
  }

  #formOf(first: string, start: number): Value {
    const text = this.#text;
    switch (first) {
      case "":
        throw text.error(start, "the text ends where a form is expected");
      case '"':
        return this.#string(start);
      case "(":
      case "[":
        text.takes(first);
        return this.#items(first === "(" ? ")" : "]", start);
      case "{":
        text.takes(first);
        return mapOfEntries(this.#entries(start));
      case "#":
        return this.#dispatch(start);
      case "\\":
        return this.#known(ednCharacter(text.takeCharacter()), start);
      case "^":
        text.takes(first);
        this.#metadata(start);
        return this.#next();
      case ")":
      case "]":
      case "}":
        throw text.error(start, `"${first}" has no opening bracket`);
      default:
        return this.#known(ednAtom(text.takeAtom()), start);
    }
  }

  #dispatch(start: number): Value {
    const text = this.#text;
    if (text.takes("#{")) return this.#set(start);
    if (text.startsWith("#:")) return mapOfEntries(this.#namespaced(start));
    if (text.takes("##")) return this.#known(ednConstant(text.takeAtom()), start);
    if (!text.startsTag) return this.#unknownDispatch(start);
    const tag = text.takeAtom();
    if (this.#skip() >= text.length || text.isClosing)
      throw text.error(start, `${tag} tags nothing`);
    const value = this.#next();
    return tagged(tag.slice(1), value) ?? this.#report(start, `this is not what ${tag} tags`);
  }

  /** Reads what only a Clojure program can read, such as `#'name`, `#"regex"` and `#(...)`. */
  #unknownDispatch(start: number): Value {
    const atom = this.#text.takeAtom();
    if (atom === "#" && /^["([{]/.test(this.#text.next)) this.#next();
    return this.#report(start, `${JSON.stringify(atom)} is not EDN`);
  }

  #items(closing: Bracket, start: number): Value[] {
    const text = this.#text;
    const items: Value[] = [];
    for (;;) {
      const at = this.#skip();
      if (text.takes(closing)) return items;
      if (at >= text.length) throw text.error(start, `"${text.charAt(start)}" is never closed`);
      items.push(this.#form(at));
    }
  }

  #set(start: number): EdnSet {
    const text = this.#text;
    const texts = new Set<string>();
    const items: Value[] = [];
    for (let at = this.#skip(); !text.takes("}"); at = this.#skip()) {
      if (at >= text.length) throw text.error(start, '"#{" is never closed');
      const item = this.#form(at);
      const known = texts.size;
      if (texts.add(canonical(item)).size === known)
        this.#report(at, `${shown(item)} is twice in a set`);
      items.push(item);
    }
    return new EdnSet(items);
  }

  /** Reads the entries of a map, and the first problem of a key. */
  #entries(start: number, namespace?: string): KeyedEntries {
    const text = this.#text;
    const entries = new Map<string, Entry>();
    const outer = this.#problem;
    let [ofKeys, ofValues]: (HistoryError | undefined)[] = [];
    for (let at = this.#skip(); !text.takes("}"); at = this.#skip()) {
      if (at >= text.length) throw text.error(start, '"{" is never closed');
      this.#problem = undefined;
      const written = this.#form(at);
      const key = namespace === undefined ? written : qualified(written, namespace);
      const name = canonical(key);
      if (entries.has(name)) this.#report(at, `the key ${shown(key)} is twice in a map`);
      ofKeys ??= this.#problem;
      const valueAt = this.#skip();
      if (text.next === "}") throw text.error(start, "a map has a key without a value");
      if (valueAt >= text.length) throw text.error(start, '"{" is never closed');
      this.#problem = undefined;
      entries.set(name, [key, this.#form(valueAt), this.#problem]);
      ofValues ??= this.#problem;
    }
    this.#problem = outer ?? ofKeys ?? ofValues;
    return [entries, ofKeys];
  }

  #namespaced(start: number): KeyedEntries {
    this.#text.takes("#:");
    const namespace = this.#text.takeAtom();
    this.#skip();
    if (namespace === "" || namespace.startsWith(":") || !this.#text.takes("{"))
      throw this.#text.error(start, "expected a namespaced map such as #:ns{:a 1}");
    return this.#entries(start, namespace);
  }

  /** Skips what follows `^`. It describes the next form and is not part of its value. */
  #metadata(start: number): void {
    const value = this.#next();
    const isMetadata =
      typeof value === "string" ||
      value instanceof EdnKeyword ||
      value instanceof EdnSymbol ||
      value instanceof EdnMap ||
      (typeof value === "object" &&
        value !== null &&
        !isList(value) &&
        !(value instanceof EdnValue));
    if (!isMetadata) this.#report(start, `${shown(value)} is not metadata`);
  }

  #string(start: number): Value {
    const text = this.#text;
    const value = ednString(text.takeString());
    if (typeof value === "string") return value;
    const at = start + 1 + value.badEscape;
    const escape = text.charAt(at) + text.charAt(at + 1);
    return this.#report(at, `"${escape}" is not an escape of EDN`);
  }

  #known(value: Atom, start: number): Value {
    const hasProblem = typeof value === "object" && value !== null && "problem" in value;
    return hasProblem ? this.#report(start, value.problem) : value;
  }

  /** Keeps the first problem of the values. @returns a value in place of the one that has it. */
  #report(offset: number, message: string): null {
    this.#problem ??= this.#text.error(offset, message);
    return null;
  }
}

type KeyedEntries = readonly [entries: Entries, problem: HistoryError | undefined];

function mapOfEntries([entries]: KeyedEntries): Value {
  return mapOf([...entries.values()].map(([key, value]) => [key, value] as const));
}

const SHOWN_LENGTH = 60;

function shown(value: Value): string {
  const text = canonical(value);
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}...`;
}
