import type { Answer, Failure } from "../session/answer.ts";

/**
 * An answer as one line of JSON, in pieces.
 *
 * Pages are printed as they are read, before it is known whether the rest can be read. Their line therefore has `ok` at
 * the end; a line that breaks off has the items so far and an error.
 */
export async function* answerJson(
  command: readonly string[],
  answer: Answer,
): AsyncGenerator<string> {
  if (answer.type === "value") {
    yield `${JSON.stringify({ ok: true, command, value: answer.json })}\n`;
    return;
  }
  let before = `{"command":${JSON.stringify(command)},"value":[`;
  for await (const { items } of answer.pages) {
    yield before + items.map((item) => JSON.stringify(item)).join(",");
    before = ",";
  }
  yield `${before === "," ? "" : before}],"ok":true}\n`;
}

/** A failure as one line of JSON, or as the rest of a line that was begun. */
export function failureJson(
  command: readonly string[],
  failure: Failure,
  line: number | undefined,
  begun = false,
): string {
  const { message: error, outcome } = failure;
  const place = line === undefined ? {} : { line };
  if (!begun) return `${JSON.stringify({ ok: false, command, error, outcome, ...place })}\n`;
  return `],${JSON.stringify({ ok: false, error, outcome, ...place }).slice(1)}\n`;
}
