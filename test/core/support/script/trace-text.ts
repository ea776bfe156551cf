import { messageText, type Notation } from "../../../../packages/cli/src/render/message-text.ts";
import { effectText, raftEventText } from "../../../../packages/cli/src/render/raft-text.ts";
import { Lab } from "./lab.ts";
import { Script } from "./script.ts";
import { changeLines, serverLine } from "./state-text.ts";

const NOTATION: Notation<string> = { commandText: (command) => command, listedEntries: 20 };

/** Trace lines below a script line are indented; all other lines are the script. */
const STEP = "  ";
const DETAIL = "      ";

/**
 * A script with its trace: each line is followed by what the servers did, indented. Indented lines in `text` are from
 * an earlier run, and are dropped.
 */
export function traced(text: string): string {
  const lines: string[] = [];
  let begun = begin(lines);
  let quiet = false;
  for (const line of text.split("\n").filter((each) => !each.startsWith(" "))) {
    lines.push(line);
    const before = lines.length;
    if (line.startsWith("cluster ")) begun = begin(lines);
    if (line === "quiet" || line === "loud") quiet = line === "quiet";
    else if (line === "show")
      lines.push(...begun.lab.servers.map((server) => `${STEP}${serverLine(server)}`));
    else if (line !== "" && !line.startsWith("#")) begun.script.run(line);
    if (quiet) lines.length = before;
  }
  return lines.join("\n");
}

function begin(lines: string[]): { readonly lab: Lab<string>; readonly script: Script<string> } {
  const lab = new Lab<string>((command) => command.length, {
    started: () => undefined,
    stepped: (id, event, before, after, effects) => {
      lines.push(`${STEP}${id}: ${raftEventText(event, NOTATION)}`);
      lines.push(...changeLines(before, after).map((line) => `${DETAIL}| ${line}`));
      lines.push(...effects.map((effect) => `${DETAIL}${effectText(effect, NOTATION)}`));
    },
  });
  const script = new Script(
    lab,
    (word) => word,
    ({ from, to, message }) =>
      lines.push(`${STEP}lost, ${from} to ${to}: ${messageText(message, NOTATION)}`),
  );
  return { lab, script };
}
