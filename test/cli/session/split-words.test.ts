import { splitWords, type Word } from "@kontiki/cli";
import { describe, expect, test } from "vitest";

const plain = (...texts: string[]): Word[] => texts.map((text) => ({ text, quoted: false }));
const quoted = (text: string): Word => ({ text, quoted: true });

describe("a line is split into words", () => {
  test.each<[string, string, Word[]]>([
    ["at blanks", "put k v", plain("put", "k", "v")],
    ["at tabs and runs of blanks", " \tput  k\t v ", plain("put", "k", "v")],
    ["none in a blank line", " \t ", []],
    ["none in a comment", "  # put k v", []],
    ["# starts a comment only at the start of a line", "put k #v", plain("put", "k", "#v")],
    ["a string with a blank", 'put k "a b"', [...plain("put", "k"), quoted("a b")]],
    ["an empty string", 'put k ""', [...plain("put", "k"), quoted("")]],
    ["escapes of JSON", String.raw`"\"\\\/\n\u00e9\ud83d\ude00"`, [quoted('"\\/\né😀')]],
    ["a quote inside a word is a character", 'put k {"a":1}', plain("put", "k", '{"a":1}')],
    ["a string that looks like a comment", '"#" k', [quoted("#"), ...plain("k")]],
    ["characters beyond ASCII", "put ключ 🛶", plain("put", "ключ", "🛶")],
    ["a no-break space is no blank", "a\u00a0b", plain("a\u00a0b")],
    ["DEL may stand in a string", '"\u007f"', [quoted("\u007f")]],
  ])("%s", (_title, line, words) => {
    expect(splitWords(line)).toEqual({ type: "words", words });
  });

  test("long strings are no problem", () => {
    const long = String.raw`\u00e9`.repeat(1_000_000);
    expect(splitWords(`put k "${long}"`)).toEqual({
      type: "words",
      words: [...plain("put", "k"), quoted("é".repeat(1_000_000))],
    });
  });
});

describe("an error has its column", () => {
  test.each<[string, string, number, string]>([
    ["no closing quote", 'put k "a', 7, "this double quote is never closed"],
    ["an escaped closing quote", String.raw`put "\"`, 5, "this double quote is never closed"],
    ["columns count characters", 'put 🛶🛶 "a', 8, "this double quote is never closed"],
    ["no blank after it", 'put "k"v x', 8, "a blank must follow the closing double quote"],
    ["an escape", String.raw`put "a\x"`, 7, "this is not an escape of a JSON string"],
    ["a short escape", String.raw`put "\u12"`, 6, "this is not an escape of a JSON string"],
    [
      "a control character",
      'put "a\tb"',
      7,
      "in double quotes, write a control character as an escape, such as \\t",
    ],
    [
      "half a surrogate pair",
      String.raw`put "\ud83d"`,
      5,
      "this string has half of a surrogate pair, which is not a character",
    ],
  ])("%s", (_title, line, column, message) => {
    expect(splitWords(line)).toEqual({ type: "problem", column, message });
  });
});
