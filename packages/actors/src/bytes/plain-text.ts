import { Buffer } from "#platform";

/**
 * Plain data as text for people: JSON, and what JSON does not have as JavaScript writes it, with bytes in hexadecimal as
 * `h'00ff'`. Different values have different texts.
 */
export function exactText(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (isBytes(value)) return `h'${Buffer.from(value).toString("hex")}'`;
  if (Array.isArray(value)) return `[${value.map(exactText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? String(value);
  const fields = Object.entries(value).map(
    ([name, field]) => `${JSON.stringify(name)}:${exactText(field)}`,
  );
  return `{${fields.join(",")}}`;
}

/**
 * Plain data as a value that JSON does not change, for programs. What JSON has stays as it is. The rest becomes an object
 * with one key: `{"$base64":"..."}` for bytes, `{"$number":"NaN"}` for a number, `{"$undefined":true}`, and
 * `{"$record":[[key, value], ...]}` for an object with a key that begins with `$`.
 */
export function exactJson(value: unknown): unknown {
  if (value === undefined) return { $undefined: true };
  if (typeof value === "number" && (Object.is(value, -0) || !Number.isFinite(value)))
    return { $number: exactText(value) };
  if (typeof value !== "object" || value === null) return value;
  if (isBytes(value)) return { $base64: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(exactJson);
  const fields = Object.entries(value).map(([name, field]) => [name, exactJson(field)] as const);
  return fields.some(([name]) => name.startsWith("$"))
    ? { $record: fields }
    : Object.fromEntries(fields);
}

/** Bytes may be of another realm. */
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value);
}
