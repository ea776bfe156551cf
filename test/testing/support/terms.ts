import fc from "fast-check";

/**
 * A value as its type and its content, apart from any spelling and from the code under test.
 *
 * A number is an integer times a power of ten: `digits` and `exponent` of a double have at most 15 digits, so that each is
 * one double.
 */
export type Term =
  | { readonly type: "nil" }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "string" | "keyword" | "symbol" | "char"; readonly text: string }
  | { readonly type: "integer"; readonly value: bigint }
  | { readonly type: "ratio"; readonly value: bigint; readonly by: bigint }
  | { readonly type: "double" | "decimal"; readonly digits: bigint; readonly exponent: number }
  | { readonly type: "sequence" | "set"; readonly items: readonly Term[] }
  | { readonly type: "map"; readonly entries: readonly (readonly [Term, Term])[] }
  | { readonly type: "tagged"; readonly tag: string; readonly value: Term };

/** A text that is the same for equal terms: the reference that readers are compared with. */
export function identityOf(term: Term): string {
  switch (term.type) {
    case "nil":
      return "nil";
    case "boolean":
      return `boolean ${term.value}`;
    case "string":
    case "keyword":
    case "symbol":
    case "char":
      return `${term.type} ${Array.from(term.text, (char) => char.codePointAt(0)).join(" ")}`;
    case "integer":
      return `integer ${term.value}`;
    case "ratio":
      return ratioIdentity(term.value, term.by);
    case "double":
    case "decimal":
      return `${term.type} ${lowest(term.digits, term.exponent)}`;
    case "sequence":
      return `sequence (${term.items.map(identityOf).join(" | ")})`;
    case "set":
      return `set (${distinct(term.items, identityOf).map(identityOf).toSorted().join(" | ")})`;
    case "map": {
      const entries = distinct(term.entries, ([key]) => identityOf(key));
      const texts = entries.map(([key, value]) => `${identityOf(key)} => ${identityOf(value)}`);
      return `map (${texts.toSorted().join(" | ")})`;
    }
    case "tagged":
      return `tagged ${term.tag} (${identityOf(term.value)})`;
  }
}

/** Of those with equal keys only the first: no set holds an item twice, and no map a key. */
export function distinct<T>(all: readonly T[], keyOf: (one: T) => string): readonly T[] {
  const keys = new Set<string>();
  return all.filter((one) => !keys.has(keyOf(one)) && keys.add(keyOf(one)));
}

function lowest(digits: bigint, exponent: number): string {
  if (digits === 0n) return "0";
  return digits % 10n === 0n ? lowest(digits / 10n, exponent + 1) : `${digits} e ${exponent}`;
}

function ratioIdentity(value: bigint, by: bigint): string {
  for (let divisor = by; divisor > 1n; divisor -= 1n) {
    if (by % divisor === 0n && value % divisor === 0n)
      return ratioIdentity(value / divisor, by / divisor);
  }
  return by === 1n ? `integer ${value}` : `ratio ${value} ${by}`;
}

// Few letters and small numbers: different values that look alike must be likely.
const name = fc.constantFrom("a", "b", "x", "null", "a/b", "ok");
const text = fc.oneof(
  name,
  fc.constantFrom("", ":a", "'a", "\\a", "1", "nil", '"', "]", "a,b", "é", "\n", "\\", "😀"),
);
const small = fc.constantFrom(
  0n,
  1n,
  -1n,
  2n,
  10n,
  33n,
  9007199254740992n,
  9007199254740993n,
  10n ** 30n,
);
const scaled = fc.record({
  digits: fc.oneof(fc.constantFrom(0n, 1n, 10n, 15n, 100n), fc.bigInt(-(10n ** 14n), 10n ** 14n)),
  exponent: fc.integer({ min: -4, max: 4 }),
});
const fine = fc.constantFrom(
  { digits: 10000000000000000000001n, exponent: -22 },
  { digits: 10000000000000000000002n, exponent: -22 },
  { digits: 1n, exponent: -400 },
  { digits: 1n, exponent: 500 },
);

const leaves: readonly fc.Arbitrary<Term>[] = [
  fc.constant({ type: "nil" }),
  fc.boolean().map((value) => ({ type: "boolean", value })),
  text.map((of) => ({ type: "string", text: of })),
  small.map((value) => ({ type: "integer", value })),
];

const ednLeaves: readonly fc.Arbitrary<Term>[] = [
  name.map((of) => ({ type: "keyword", text: of })),
  name.map((of) => ({ type: "symbol", text: of })),
  fc
    .constantFrom("a", "1", ",", "]", '"', "\\", "\n", " ", "é", "n", "u")
    .map((of) => ({ type: "char", text: of })),
  fc
    .tuple(small, fc.constantFrom(1n, 2n, 3n, 10n))
    .map(([value, by]) => ({ type: "ratio", value, by })),
  scaled.map((number) => ({ type: "double", ...number })),
  fc.oneof(scaled, fine).map((number) => ({ type: "decimal", ...number })),
];

/** Any value of EDN. */
export const ednTerms: fc.Arbitrary<Term> = fc.letrec<{ term: Term }>((tie) => {
  const items = fc.array(tie("term"), { maxLength: 3 });
  return {
    term: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      ...leaves,
      ...ednLeaves,
      items.map((of): Term => ({ type: "sequence", items: of })),
      items.map((of): Term => ({ type: "set", items: of })),
      fc
        .array(fc.tuple(tie("term"), tie("term")), { maxLength: 3 })
        .map((entries): Term => ({ type: "map", entries })),
      fc.tuple(name, tie("term")).map(([tag, value]): Term => ({ type: "tagged", tag, value })),
    ),
  };
}).term;

/** Any value of JSON. A number of JSON has one type: an integer if it has no fraction, whatever its spelling. */
export const jsonTerms: fc.Arbitrary<Term> = fc.letrec<{ term: Term }>((tie) => ({
  term: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    ...leaves,
    fc.oneof(scaled, fine).map((number): Term => ({ type: "decimal", ...number })),
    fc.array(tie("term"), { maxLength: 3 }).map((items): Term => ({ type: "sequence", items })),
    fc
      .array(
        fc.tuple(
          text.map((of): Term => ({ type: "string", text: of })),
          tie("term"),
        ),
        { maxLength: 3 },
      )
      .map((entries): Term => ({ type: "map", entries })),
  ),
})).term;

/** A value of JSON with each number as the one type that JSON has. */
export function asJson(term: Term): Term {
  switch (term.type) {
    case "integer":
      return { type: "decimal", digits: term.value, exponent: 0 };
    case "sequence":
      return { ...term, items: term.items.map(asJson) };
    case "map":
      return {
        ...term,
        entries: term.entries.map(([key, value]) => [key, asJson(value)] as const),
      };
    default:
      return term;
  }
}

/** Whether JSON has such a value. */
export function isJson(term: Term): boolean {
  switch (term.type) {
    case "sequence":
      return term.items.every(isJson);
    case "map":
      return term.entries.every(([key, value]) => key.type === "string" && isJson(value));
    default:
      return ["nil", "boolean", "string", "integer", "decimal"].includes(term.type);
  }
}

/** Values that look like a value and are others, at its top or inside. */
export function lookalikes(term: Term): readonly Term[] {
  switch (term.type) {
    case "string":
      return ["keyword", "symbol", "char"].flatMap((type) =>
        /^[a-z]$/.test(term.text) ? [{ type, text: term.text } as Term] : [],
      );
    case "keyword":
      return [
        { type: "string", text: term.text },
        { type: "string", text: `:${term.text}` },
        { type: "symbol", text: term.text },
      ];
    case "symbol":
      return [
        { type: "string", text: term.text },
        { type: "string", text: `'${term.text}` },
        { type: "keyword", text: term.text },
      ];
    case "char":
      return [
        { type: "string", text: term.text },
        { type: "string", text: `\\${term.text}` },
      ];
    case "integer":
      return [
        { type: "string", text: String(term.value) },
        { type: "decimal", digits: term.value, exponent: 0 },
        { type: "integer", value: term.value + 1n },
      ];
    case "double":
      return [
        { type: "decimal", digits: term.digits, exponent: term.exponent },
        { type: "integer", value: term.digits },
      ];
    case "decimal":
      return [{ ...term, digits: term.digits * 10n ** 25n + 1n, exponent: term.exponent - 25 }];
    case "sequence":
    case "set":
      return [
        { type: term.type === "set" ? "sequence" : "set", items: term.items },
        ...term.items.flatMap((item, at) =>
          lookalikes(item).map((other) => ({ ...term, items: term.items.with(at, other) })),
        ),
      ];
    case "map":
      return [
        { type: "sequence", items: term.entries.flat() },
        ...term.entries.flatMap(([key, value], at) => [
          ...lookalikes(key).map((other) => ({
            ...term,
            entries: term.entries.with(at, [other, value] as const),
          })),
          ...lookalikes(value).map((other) => ({
            ...term,
            entries: term.entries.with(at, [key, other] as const),
          })),
        ]),
      ];
    case "tagged":
      return [
        term.value,
        { ...term, tag: `${term.tag}x` },
        ...lookalikes(term.value).map((value) => ({ ...term, value })),
      ];
    case "nil":
      return [
        { type: "boolean", value: false },
        { type: "string", text: "nil" },
        { type: "symbol", text: "null" },
      ];
    case "boolean":
    case "ratio":
      return [{ type: "nil" }];
  }
}
