import { colorsFor } from "../output/colors.ts";
import { messageOf } from "../output/error-text.ts";
import { answerText } from "../prompt/answer-text.ts";
import { failureText } from "../prompt/failure-text.ts";
import type { CommandSession } from "../session/command-session.ts";
import { splitWords } from "../session/split-words.ts";
import type { CommandReply } from "../view/live.ts";

/** A reply is cut off after this many characters. */
const TEXT_MAX = 64 * 1024;

/** Runs a line as the prompt does, and gives its reply as text. */
export async function runCommand(session: CommandSession, line: string): Promise<CommandReply> {
  const split = splitWords(line);
  if (split.type === "problem")
    return { ok: false, text: `column ${split.column}: ${split.message}` };
  if (split.words.length === 0) return { ok: true, text: "" };
  const answer = await session.run(split.words);
  if (answer.type === "failed") return { ok: false, text: failureText(answer, undefined) };
  try {
    let text = "";
    for await (const piece of answerText(answer, colorsFor({}, { NO_COLOR: "1" }))) {
      text += piece;
      if (text.length > TEXT_MAX) return { ok: true, text: `${text.slice(0, TEXT_MAX)}\n...` };
    }
    return { ok: true, text: text.trimEnd() };
  } catch (error) {
    return { ok: false, text: messageOf(error) };
  }
}
