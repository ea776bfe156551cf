import { readLines, type InputLine } from "@kontiki/cli";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
}

async function linesOf(
  input: AsyncIterable<Uint8Array>,
  bytesMax?: number,
): Promise<readonly InputLine[]> {
  const lines: InputLine[] = [];
  for await (const line of readLines(input, bytesMax)) lines.push(line);
  return lines;
}

const line = (number: number, text: string): InputLine => ({ type: "line", number, text });
const unreadable = (number: number, problem: string): InputLine => ({
  type: "unreadable",
  number,
  problem,
});

describe("bytes are split into lines", () => {
  test.each<[string, string[], InputLine[]]>([
    ["nothing", [], []],
    ["LF", ["a\nb\n"], [line(1, "a"), line(2, "b")]],
    ["CRLF", ["a\r\nb\r\n"], [line(1, "a"), line(2, "b")]],
    ["CRLF across chunks", ["a\r", "\nb"], [line(1, "a"), line(2, "b")]],
    ["the last without its end", ["a\nb"], [line(1, "a"), line(2, "b")]],
    ["empty lines count", ["\n\na"], [line(1, ""), line(2, ""), line(3, "a")]],
    ["a byte order mark", ["\ufeffa\n\ufeffb"], [line(1, "a"), line(2, "\ufeffb")]],
  ])("%s", async (_title, parts, expected) => {
    expect(await linesOf(chunks(...parts))).toEqual(expected);
  });

  test("at any boundaries of chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "binary" }).map((text) => text.replace(/[\r\n\ufeff]/g, ""))),
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
        async (texts, sizes) => {
          const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(""));
          const parts: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; at += parts.at(-1)?.length ?? 0) {
            parts.push(bytes.subarray(at, at + (sizes.next().value as number)));
          }
          const expected = texts.map((text, at) => line(at + 1, text));
          expect(await linesOf(chunks(...parts))).toEqual(expected);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("an unreadable line does not affect the others", () => {
  test("invalid UTF-8", async () => {
    const input = chunks("a\n", Uint8Array.of(0x62, 0xff, 0x0a), "c\n");
    expect(await linesOf(input)).toEqual([
      line(1, "a"),
      unreadable(2, "the line is not valid UTF-8"),
      line(3, "c"),
    ]);
  });

  test("a character cut off by the end of the line", async () => {
    const input = chunks(Uint8Array.of(0xc3, 0x0a, 0xa9, 0x0a));
    const problem = "the line is not valid UTF-8";
    expect(await linesOf(input)).toEqual([unreadable(1, problem), unreadable(2, problem)]);
  });

  test.each<[string, string[], InputLine[]]>([
    ["as long as may be", ["1234\n5"], [line(1, "1234"), line(2, "5")]],
    ["as long as may be, with CRLF", ["1234\r\n5"], [line(1, "1234"), line(2, "5")]],
    ["too long", ["12345\n6"], [unreadable(1, "the line is longer than 4 bytes"), line(2, "6")]],
    [
      "far too long, in pieces",
      ["123", "456", "789", "\n", "6"],
      [unreadable(1, "the line is longer than 4 bytes"), line(2, "6")],
    ],
    ["too long, without an end", ["123456"], [unreadable(1, "the line is longer than 4 bytes")]],
  ])("%s", async (_title, parts, expected) => {
    expect(await linesOf(chunks(...parts), 4)).toEqual(expected);
  });
});

test("no line is read before it is requested", async () => {
  const taken: number[] = [];
  async function* input(): AsyncGenerator<Uint8Array> {
    for (let at = 1; at <= 3; at += 1) {
      taken.push(at);
      yield Buffer.from(`${at}\n`);
    }
  }
  const lines = readLines(input());
  expect(await lines.next()).toEqual({ done: false, value: line(1, "1") });
  expect(taken).toEqual([1]);
});
