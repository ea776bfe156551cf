import {
  answerJson,
  answerText,
  colorsFor,
  failureJson,
  type Answer,
  type Page,
} from "@kontiki/cli";
import { describe, expect, test } from "vitest";

const noColors = colorsFor({}, {});

async function joined(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

/** An answer in pages, of these items each. */
function paged(...pages: (readonly number[])[]): Answer {
  async function* all(): AsyncGenerator<Page> {
    for (const items of pages) yield { text: items.map((item) => `${item}\n`).join(""), items };
  }
  return { type: "pages", pages: all() };
}

const value = (text: string | undefined, json: unknown): Answer => ({
  type: "value",
  text: () => text,
  json,
  ends: false,
});

describe("an answer", () => {
  test.each([
    ["ok", null, "ok\n"],
    [undefined, null, ""],
    ["v", "\n", "v\n"],
  ])("%o, %o", async (text, json, printed) => {
    const answer = value(text, json);
    expect(await joined(answerText(answer, noColors))).toBe(printed);
    expect(await joined(answerJson(["cmd"], answer))).toBe(
      `${JSON.stringify({ ok: true, command: ["cmd"], value: json })}\n`,
    );
  });
});

describe("an answer in pages", () => {
  test.each([
    ["no page", []],
    ["one page", [[1, 2]]],
    ["two pages", [[1], [2, 3]]],
  ])("%s: one line of JSON", async (_title, pages) => {
    expect(await joined(answerText(paged(...pages), noColors))).toBe(
      pages
        .flat()
        .map((item) => `${item}\n`)
        .join(""),
    );
    const line = await joined(answerJson(["cmd"], paged(...pages)));
    expect(line.indexOf("\n")).toBe(line.length - 1);
    expect(JSON.parse(line)).toEqual({ ok: true, command: ["cmd"], value: pages.flat() });
  });

  test("that breaks off is one line as well", async () => {
    async function* broken(): AsyncGenerator<Page> {
      yield { text: "1\n", items: [1] };
      throw new Error("gone");
    }
    let line = "";
    const reading = async (): Promise<void> => {
      const answer: Answer = { type: "pages", pages: broken() };
      for await (const piece of answerJson(["log", "n1"], answer)) line += piece;
    };
    await expect(reading()).rejects.toThrow("gone");
    line += failureJson([], { type: "failed", outcome: "error", message: "gone" }, 3, true);
    expect(JSON.parse(line)).toEqual({
      command: ["log", "n1"],
      value: [1],
      ok: false,
      error: "gone",
      outcome: "error",
      line: 3,
    });
  });
});

test("a failure", () => {
  const failure = { type: "failed", outcome: "unknown", message: "no answer" } as const;
  expect(failureJson(["put", "k", "v"], failure, undefined)).toBe(
    '{"ok":false,"command":["put","k","v"],"error":"no answer","outcome":"unknown"}\n',
  );
});
