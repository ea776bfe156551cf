import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from "@kontiki/actors";
import { helpText } from "../render/help-text.ts";
import { commandNames } from "../session/commands.ts";
import { colorsFor } from "../output/colors.ts";

/** What follows the options in `kontiki up --help`. */
export const upHelp = `
Examples:
  $ kontiki up
  $ kontiki up --nodes 5 --data ./five
  $ echo 'put greeting "good morning"' | kontiki up
  $ kontiki up --memory --json < commands.txt
  $ kontiki up --snapshot-entries 500 --priority n1=2 --priority n2=1

Commands:
${indent(helpText(commandNames, colorsFor({ isTTY: false }, {})))}
  Keys have 1 to ${KEY_BYTES_MAX} bytes of UTF-8, values at most ${VALUE_BYTES_MAX}.

With --json every command prints one object:
  {"ok":true,"command":["get","greeting"],"value":"good morning"}
  {"ok":false,"command":["get"],"error":"get takes 1 argument, not 0: get K","outcome":"error","line":3}
"command" has the words as they were read, and is empty for a line that cannot be read. "outcome" of
a failure: "error" (refused, or it is the command's result), "definitelyNot" (it never took effect
and never will), "unknown" (it may have taken effect, may yet, or may never). The object of a log is
printed as it is read, with "ok" at its end.

A cluster that lost a majority of its nodes for good goes on with one of them by "kontiki recover".

Ctrl-C stops the nodes in order, a second one at once; at the prompt it first clears what was typed.
Exit status: 0 every command succeeded, 1 one failed, 2 bad usage, 130 interrupted by Ctrl-C.
Colours only on a terminal; NO_COLOR and FORCE_COLOR are respected.`;

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
