import { parseHistory, type Format, type ReadingOptions } from "@kontiki/testing";
import { describe, expect, test } from "vitest";

const FORMATS = ["edn", "jepsen"] as const;

/** A call and its `:ok`; "" leaves the value out, which only EDN can. */
function history(format: Format, f: string, asked: string, got: string): string {
  const value = (text: string): string => (text === "" ? "" : `, :value ${text}`);
  return format === "edn"
    ? `{:process 0, :type :invoke, :f :${f}${value(asked)}}\n{:process 0, :type :ok, :f :${f}${value(got)}}`
    : `INFO jepsen.util - 0 :invoke :${f} ${asked}\nINFO jepsen.util - 0 :ok :${f} ${got}`;
}

function argumentOf(text: string, format: Format, options: ReadingOptions = {}): unknown {
  return parseHistory(text, format, options).operations[0]?.input.value;
}

describe.each(FORMATS)("the argument of a call in %s", (format) => {
  test.each([
    ["write", "nil", "5", 5],
    ["write", "5", "nil", 5],
    ["enqueue", "nil", "1", 1],
    ["add", "nil", "1", 1],
    ["cas", "nil", "[1 2]", [1, 2]],
    ["cas", "[1 2]", "true", [1, 2]],
    ["cas", "[1 2]", "false", [1, 2]],
    ["add", "1", "false", 1],
    ["append", '"abc"', "3", "abc"],
  ])("%s %s that ends :ok with %s", (f, asked, got, argument) => {
    expect(argumentOf(history(format, f, asked, got), format)).toEqual(argument);
  });

  test.each([
    ["write", "3", "4"],
    ["write", "true", "false"],
    ["cas", "[1 2]", "[1 3]"],
    ["enqueue", "1", "2"],
    ["add", "1", "2"],
    ["append", "1", "2"],
    ["put", "1", "2"],
  ])("%s %s may not end :ok with %s", (f, asked, got) => {
    const message = `process 0 ends :${f} with the value ${got.replace(" ", ",")}, but it had started it with ${asked.replace(" ", ",")}`;
    expect(() => parseHistory(history(format, f, asked, got), format)).toThrow(
      expect.objectContaining({ name: "HistoryError", line: 2, message }),
    );
  });

  test("is that of its key", () => {
    const options = { independent: true };
    expect(argumentOf(history(format, "write", "[1 nil]", "[1 5]"), format, options)).toBe(5);
    expect(() => argumentOf(history(format, "write", "[1 4]", "[1 5]"), format, options)).toThrow(
      "process 0 ends :write with the value 5, but it had started it with 4",
    );
  });
});

test("a call without a :value takes that of its :ok", () => {
  expect(argumentOf(history("edn", "write", "", "5"), "edn")).toBe(5);
  expect(argumentOf(history("edn", "write", "5", ""), "edn")).toBe(5);
});
