const SPACE = /[ \t\r\n]*/y;
const SCALAR =
  /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/uy;

/** What may come next: a value, a name or the end of an object, a colon, a comma or the end. */
type Expected = "value" | "firstValue" | "name" | "firstName" | "colon" | "comma";

/**
 * The offset at which a text stops being JSON: its length when it is cut off, undefined when it is JSON.
 *
 * `JSON.parse` rejects the same texts, but whether its message gives the place depends on the engine and on the error.
 */
export function jsonErrorOffset(text: string): number | undefined {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let at = 0;
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  };
  const isComplete = (): boolean => open.length === 0 && expected === "comma";
  for (take(SPACE); at < text.length; take(SPACE)) {
    if (isComplete()) return at;
    const char = text[at] ?? "";
    const inner = open.at(-1);
    if (closes(char, inner, expected)) {
      open.pop();
      expected = "comma";
    } else if (expected === "comma" && char === ",") {
      expected = inner === "{" ? "name" : "value";
    } else if (expected === "colon" && char === ":") {
      expected = "value";
    } else if (
      (expected === "value" || expected === "firstValue") &&
      (char === "{" || char === "[")
    ) {
      open.push(char);
      expected = char === "{" ? "firstName" : "firstValue";
      at += 1;
      continue;
    } else {
      const next = afterScalar(char, expected);
      if (next === undefined || take(SCALAR) === "") return at;
      expected = next;
      continue;
    }
    at += 1;
  }
  return isComplete() ? undefined : text.length;
}

function closes(char: string, inner: "{" | "[" | undefined, expected: Expected): boolean {
  if (char === "}") return inner === "{" && (expected === "comma" || expected === "firstName");
  return char === "]" && inner === "[" && (expected === "comma" || expected === "firstValue");
}

/** What may follow a name or a value that begins with `char`; undefined where neither is allowed. */
function afterScalar(char: string, expected: Expected): Expected | undefined {
  switch (expected) {
    case "value":
    case "firstValue":
      return "comma";
    case "name":
    case "firstName":
      return char === '"' ? "colon" : undefined;
    case "colon":
    case "comma":
      return undefined;
  }
}
