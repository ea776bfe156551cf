/**
 * Values of all kinds that a command, a result, a question or a snapshot may hold: those that are carried, and those that
 * are refused. No test of one path alone: each path gets the same table.
 */
import { runInNewContext } from "node:vm";

/** A value that is carried: what arrives is `arrives`, by default an equal value. */
export type Carried = readonly [title: string, value: unknown, arrives?: unknown];

/** A value that is refused: the error says so of this place in a value called `it`. */
export type Refused = readonly [title: string, value: unknown, says: string];

const bare = (fields: object): object => Object.assign(Object.create(null) as object, fields);
const nested = (depth: number): unknown => {
  let value: unknown = 0;
  for (let at = 0; at < depth; at += 1) value = at % 2 === 0 ? [value] : { a: value };
  return value;
};
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at);
const keys = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]));

/** Numbers at the borders of the encodings of integers and of floating point. */
const NUMBERS = new Set([
  -1,
  0,
  NaN,
  Infinity,
  -Infinity,
  5e-324,
  -5e-324,
  Number.MAX_VALUE,
  Number.EPSILON,
  0.1,
  1.1,
  3.4028234663852886e38,
  3.402823466385289e38,
  1.401298464324817e-45,
  ...[5, 6, 7, 8, 15, 16, 24, 31, 32, 48, 52, 53, 54, 62, 63, 64].flatMap((bits) =>
    [-1, 0, 1].flatMap((by) => [2 ** bits + by, -(2 ** bits) + by]),
  ),
]);

const TEXTS = [
  "",
  "\0",
  "a\0b",
  "\ufeff",
  "\ufeffshort",
  `\ufeff${"long ".repeat(40)}`,
  `\ufeff\ufeff${"long ".repeat(40)}`,
  `${"long ".repeat(40)}\ufeff`,
  "\uffff\ufffe\ufdd0",
  "\ufffd",
  "🚣",
  `${"🚣".repeat(31)}`,
  "e\u0301 \u00e9",
  "\u2028\u2029\r\n\t\u007f\u0080",
  "__proto__",
  // Lengths at which the header and the way of encoding change, in units and in bytes.
  ...[1, 15, 16, 31, 32, 63, 64, 65, 139, 255, 256, 512, 65_535, 65_536].flatMap((length) => [
    "x".repeat(length),
    "ü".repeat(length),
    "€".repeat(length),
  ]),
];

/** What arrives as it was sent. */
export const CARRIED: readonly Carried[] = [
  ["null", null],
  ["true", true],
  ["false", false],
  ["undefined", undefined],
  ["the number -0", -0],
  ...Array.from(NUMBERS, (number): Carried => [`the number ${number}`, number]),
  ...TEXTS.map((text, at): Carried => [`text ${at}, ${text.length} long`, text]),
  ["negative zero inside", { a: [-0, { b: -0 }], c: [0, -0] }],
  ["NaN inside", [NaN, { a: NaN }]],
  ["undefined inside", { a: undefined, b: [undefined, null, undefined] }],
  ["an empty list", []],
  ["an empty object", {}],
  ["lists of all lengths of headers", [15, 16, 17].map((length) => Array<number>(length).fill(7))],
  [
    "a long list of odd values",
    Array.from({ length: 200 }, (_, at) => [-0, NaN, undefined, "", null][at % 5]),
  ],
  [
    "keys like properties of objects",
    {
      constructor: 1,
      toString: 2,
      hasOwnProperty: 3,
      valueOf: 4,
      toJSON: 5,
      length: 6,
      __proto: 8,
    },
  ],
  ["a key toJSON in an object without a prototype", bare({ toJSON: 1, constructor: 2 })],
  [
    "an empty key, and keys like numbers",
    { b: 1, "": 2, 10: 3, 2: 4, "-1": 5, "01": 6, 4294967295: 7 },
  ],
  ["a key that begins with U+FEFF", { [`\ufeff${"k".repeat(80)}`]: 1, "\ufeff": 2, "\0": 3 }],
  ["long keys", { ["k".repeat(300)]: 1, ["ü".repeat(70_000)]: 2 }],
  ["an object without a prototype", bare({ a: 1, b: bare({ c: [bare({})] }) })],
  ["nested to the limit", nested(101)],
  ["bytes", bytes(3)],
  ["bytes of all lengths of headers", [0, 1, 63, 64, 65, 255, 256, 600, 65_535, 65_536].map(bytes)],
  ["a part of a buffer", bytes(1000).subarray(100, 900)],
  ["shared bytes", new Uint8Array(new SharedArrayBuffer(80)).fill(3), new Uint8Array(80).fill(3)],
  ["a Buffer", Buffer.from("ahoy"), Uint8Array.from(Buffer.from("ahoy"))],
  ["a long Buffer", { of: [Buffer.alloc(1000, 5)] }, { of: [new Uint8Array(1000).fill(5)] }],
  [
    "objects of another realm",
    runInNewContext("({ a: [1, [-0]], b: { c: 'd' } })"),
    { a: [1, [-0]], b: { c: "d" } },
  ],
  ["bytes of another realm", runInNewContext("[new Uint8Array([1, 2, 3])]"), [bytes(4).slice(1)]],
  ["what is frozen", Object.freeze({ a: Object.freeze([1]) }), { a: [1] }],
  ["the same part twice", ((part) => [part, part])({ a: -0 }), [{ a: -0 }, { a: -0 }]],
  [
    "a getter",
    {
      get a() {
        return [-0];
      },
    },
    { a: [-0] },
  ],
  ["a proxy", new Proxy({ a: new Proxy([1, -0], {}) }, {}), { a: [1, -0] }],
];

/** The same, of a size at which encodings change: slow to compare, so not for every path. */
export const LARGE: readonly Carried[] = [
  ["a list of one more than a short header counts", Array(65_536).fill(-0)],
  ["a list that a short header counts", Array(65_535).fill("")],
  ["as many keys as a short header counts", keys(65_535)],
  ["one key more", keys(65_536)],
];

class Point {
  readonly x = 1;
}
class Bytes extends Uint8Array {}
class List extends Array<number> {}

const circle: { a: { me?: unknown } } = { a: {} };
circle.a.me = circle;
const hidden = Object.defineProperty({ a: 1 }, "secret", { value: 2 });
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const holes = [1, 2];
holes[4] = 5;
const huge: number[] = [1];
huge[2 ** 32 - 2] = 1;
const tagged = ((texts: TemplateStringsArray): unknown => texts)`a`;
const withProperty = (list: unknown[], enumerable: boolean): unknown =>
  Object.defineProperty(list, "extra", { value: 1, enumerable });

/** What is not carried. The text is the message after the value's name. */
export const REFUSED: readonly Refused[] = [
  ["a function", () => 1, "the it is a function"],
  ["a symbol", [Symbol("s")], "it[0] is a symbol"],
  ["a bigint", { n: 1n }, "it.n is a bigint, which is not plain data: use its decimal text"],
  ["a large bigint", 2n ** 80n, "the it is a bigint"],
  [
    "a Date, deep inside",
    { items: [0, 1, 2, { when: new Date(0) }] },
    "it.items[3].when is a Date, which is not plain data: use its ISO text, or its number of ms",
  ],
  ["an invalid Date", new Date(NaN), "the it is a Date"],
  ["a Map", new Map(), "the it is a Map"],
  ["a Set", [new Set()], "it[0] is a Set"],
  ["a RegExp", /a/, "the it is a RegExp"],
  ["an Error", new Error("e"), "the it is an Error"],
  ["a Promise", { p: Promise.resolve() }, "it.p is a Promise"],
  ["a WeakMap", new WeakMap(), "the it is a WeakMap"],
  ["an instance of a class", { "odd key": new Point() }, 'it["odd key"] is a Point'],
  [
    "an instance of a class without a name",
    new (class {})(),
    "the it is an object with a prototype of its own",
  ],
  [
    "an object with another prototype",
    Object.create({ a: 1 }),
    "the it is an object with a prototype of its own",
  ],
  [
    "one whose prototype has none",
    Object.create(bare({ a: 1 })),
    "the it is an object with a prototype of its own",
  ],
  ["a list of a class", new List(), "the it is a List"],
  [
    "a list without a prototype",
    Object.setPrototypeOf([1], null),
    "the it is an array without a prototype",
  ],
  ["bytes of a class", new Bytes(2), "the it is a Bytes"],
  ...[
    Int8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ].map((Of): Refused => [
    Of.name,
    { of: new Of(2) },
    `it.of is ${Of.name.startsWith("I") ? "an" : "a"} ${Of.name}, which is not plain data: use a Uint8Array of its bytes`,
  ]),
  ["an ArrayBuffer", new ArrayBuffer(2), "the it is an ArrayBuffer"],
  ["a SharedArrayBuffer", new SharedArrayBuffer(2), "the it is a SharedArrayBuffer"],
  ["a DataView", new DataView(new ArrayBuffer(2)), "the it is a DataView"],
  ["a boxed number", Object(1), "the it is a Number object"],
  ["a boxed text", [Object("a")], "it[0] is a String object"],
  ["a boxed symbol", Object(Symbol("s")), "the it is a Symbol object"],
  ["a lone surrogate", ["a\ud83d"], "it[0] is a string with a lone surrogate"],
  [
    "the other kind, in a long text",
    `${"x".repeat(99)}\ude00`,
    "the it is a string with a lone surrogate",
  ],
  [
    "one at the beginning of a marked text",
    "\ufeff\ude00",
    "the it is a string with a lone surrogate",
  ],
  ["one in a key", { a: { "\ud83d": 1 } }, "it.a is an object with a lone surrogate in a key"],
  ["a key __proto__", [JSON.parse('{"__proto__": 1}')], "it[0] is an object with a key __proto__"],
  ["a hole", [holes], "it[0][2] is a hole, which is not plain data: use null"],
  ["a huge list of holes", { of: Array(4_000_000_000) }, "it.of[0] is a hole"],
  ["a huge sparse list", huge, "it[1] is a hole"],
  ["a symbol key", { a: { [Symbol("s")]: 1 } }, "it.a is an object with the key Symbol(s)"],
  [
    "a symbol key of a list",
    Object.assign([1], { [Symbol("s")]: 1 }),
    "the it is an array with the key Symbol(s)",
  ],
  [
    "a list with a property",
    { l: withProperty([1], true) },
    'it.l is an array with a property "extra"',
  ],
  [
    "a long one",
    withProperty(Array(100).fill(0), true),
    'the it is an array with a property "extra"',
  ],
  [
    "a list with a hidden property",
    withProperty([1], false),
    'the it is an array with a property "extra"',
  ],
  [
    "a long one with a hidden property",
    withProperty(Array(100).fill(0), false),
    'the it is an array with a property "extra"',
  ],
  [
    "a long one with a symbol key",
    Object.assign(Array(100).fill(0), { [Symbol("s")]: 1 }),
    "the it is an array with the key Symbol(s)",
  ],
  ["a match of a RegExp", /a/.exec("a"), 'the it is an array with a property "index"'],
  ["the texts of a template", tagged, 'the it is an array with a property "raw"'],
  [
    "a hidden property",
    [hidden],
    'it[0] is an object with a property "secret" that is not enumerable',
  ],
  [
    "arguments",
    (function () {
      return arguments;
    })(),
    'the it is an object with a property "length" that is not enumerable',
  ],
  [
    "a getter that throws",
    {
      a: [
        {
          get b() {
            throw new Error("no\nluck");
          },
        },
      ],
    },
    "it.a[0].b is unreadable (no luck)",
  ],
  [
    "a getter of an element that throws",
    Object.defineProperty([1], 0, {
      get() {
        throw new Error("no");
      },
      enumerable: true,
    }),
    "it[0] is unreadable (no)",
  ],
  [
    "a getter of a Date",
    {
      get a() {
        return new Date(0);
      },
    },
    "it.a is a Date",
  ],
  ["a revoked proxy", { p: revoked.proxy }, "it.p is unreadable ("],
  ["a proxy of a Map", new Proxy(new Map(), {}), "the it is a Map"],
  ["a circle", circle, "it.a.me is an object that contains itself"],
  ["what is nested too deep", nested(102), "is data nested too deep"],
];
