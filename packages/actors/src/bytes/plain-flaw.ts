/** What of a value is not plain data. */
export type Flaw = {
  /** The end of a sentence that begins with its place: "a Date". */
  readonly what: string;
  /** The keys and indexes that lead to it, from the inside out. */
  readonly inwards: (string | number)[];
  /** Whether it was found only because it is nested too deep. */
  readonly isDeep: boolean;
};

/** The longest text of a place. */
const PLACE_MAX = 80;

/** What to use instead. */
const INSTEAD: readonly (readonly [RegExp, string])[] = [
  [/^a Date$/, "its ISO text, or its number of ms"],
  [/^a (Map|Set)$/, "an array of its entries"],
  [/^a bigint$/, "its decimal text"],
  [/^a hole$/, "null"],
  [/^an? (\w+Array|ArrayBuffer|SharedArrayBuffer|DataView)$/, "a Uint8Array of its bytes"],
  [/^an? (Number|String|Boolean) object$/, "its valueOf()"],
  [/^a Promise$/, "the value that it gives"],
];

/** A value is not plain data. The message is one line that says where in the value what is. */
export class NotPlainError extends TypeError {
  override readonly name = "NotPlainError";
  /** The part that is not plain data, as the end of a sentence: "a Date". */
  readonly what: string;
  /** Where it is in the value, such as ".items[3].when"; empty for the value itself. */
  readonly place: string;
  /** What to use in its place, such as ": use null"; empty where nothing is known. */
  readonly instead: string;

  /** @param value the value with this flaw. @param name what it is: "command". */
  constructor(value: unknown, name: string, flaw: Flaw) {
    const path = flaw.inwards.toReversed();
    const { what, place } = (flaw.isDeep && circleIn(value, path)) || {
      what: flaw.what,
      place: placeOf(path),
    };
    const where = place === "" ? `the ${name}` : `${name}${place}`;
    const instead = insteadOf(what);
    super(`${where} is ${what}, which is not plain data${instead}`);
    this.instead = instead;
    this.what = what;
    this.place = place;
  }
}

function insteadOf(what: string): string {
  const [, better] = INSTEAD.find(([kind]) => kind.test(what)) ?? [];
  return better === undefined ? "" : `: use ${better}`;
}

/** A flaw of a value itself. */
export function flawOf(what: string, inwards: (string | number)[] = [], isDeep = false): Flaw {
  return { what, inwards, isDeep };
}

function placeOf(path: readonly (string | number)[]): string {
  const text = path
    .map((step) => {
      if (typeof step === "number") return `[${step}]`;
      return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    })
    .join("");
  return text.length <= PLACE_MAX ? text : `${text.slice(0, PLACE_MAX)}...`;
}

/** The first part on a path that is one of those around it. */
function circleIn(
  value: unknown,
  path: readonly (string | number)[],
): { readonly what: string; readonly place: string } | undefined {
  const around: unknown[] = [];
  let part = value;
  for (const [at, step] of path.entries()) {
    around.push(part);
    part = (part as Readonly<Record<string | number, unknown>>)[step];
    if (around.includes(part))
      return { what: "an object that contains itself", place: placeOf(path.slice(0, at + 1)) };
  }
  return undefined;
}
