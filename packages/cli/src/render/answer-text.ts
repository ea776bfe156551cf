import type { Answer } from "../session/answer.ts";
import type { Colors } from "../output/colors.ts";
import { helpText } from "./help-text.ts";
import { logText } from "./log-text.ts";
import { memberTable } from "./member-table.ts";
import { statusTable } from "./status-table.ts";
import { plainText, wordText } from "./quoting.ts";

/** What a person reads, in pieces that each end a line; none if there is nothing to say. */
export async function* answerText(answer: Answer, colors: Colors): AsyncGenerator<string> {
  if (answer.type === "log") {
    for await (const page of answer.pages) yield page.map((line) => `${logText(line)}\n`).join("");
  } else {
    const text = wholeText(answer, colors);
    if (text !== undefined) yield `${text}\n`;
  }
}

function wholeText(answer: Exclude<Answer, { type: "log" }>, colors: Colors): string | undefined {
  const absent = colors.dim("(absent)");
  switch (answer.type) {
    case "done":
      return "ok";
    case "got":
      return answer.value === null ? absent : plainText(answer.value);
    case "deleted":
      return answer.present ? "deleted" : absent;
    case "swapped":
      return answer.matched ? "ok" : colors.dim("(no match)");
    case "appended":
      return `ok, ${answer.bytes} ${answer.bytes === 1 ? "byte" : "bytes"}`;
    case "pairs":
      if (answer.pairs.length === 0) return colors.dim("(none)");
      return answer.pairs.map(([key, value]) => `${wordText(key)} ${wordText(value)}`).join("\n");
    case "status":
      return statusTable(answer.nodes, colors);
    case "leader":
      return answer.node ?? colors.dim("(none)");
    case "node":
      return `${answer.node} ${answer.now}`;
    case "members":
      return memberTable(answer.members, colors);
    case "snapshot":
      return `${answer.node} has a snapshot up to entry ${answer.index}, ${answer.size} bytes`;
    case "compacted":
      return `the log of ${answer.node} begins at entry ${answer.first}`;
    case "help":
      return helpText(answer.names, colors);
    case "quit":
      return undefined;
  }
}
