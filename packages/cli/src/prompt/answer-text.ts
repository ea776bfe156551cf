import type { Colors } from "../output/colors.ts";
import type { Answer } from "../session/answer.ts";

/** An answer for people, in pieces that each end a line; none if there is nothing to show. */
export async function* answerText(answer: Answer, colors: Colors): AsyncGenerator<string> {
  if (answer.type === "pages") {
    for await (const { text } of answer.pages) yield text;
  } else {
    const text = await answer.text(colors);
    if (text !== undefined) yield `${text}\n`;
  }
}
