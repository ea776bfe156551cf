import type { ClusterEvent, RaftStatus } from "@kontiki/actors";
import { plainText } from "../render/quoting.ts";
import type { Colors } from "../output/colors.ts";
import type { ClientLine, DemoLine } from "./demo-line.ts";
import { answerWords, endWords, eventWords, statusWords } from "./phrases.ts";

/** Columns that the story is wrapped at. */
const WIDTH = 80;

/** Columns of what a node says of itself, so that the words beside it are aligned. */
const RAW_WIDTH = 50;

/** Turns what happens into lines for people, each node in a colour of its own; undefined for what is not worth one. */
export function demoText(
  line: DemoLine,
  ms: number,
  nodeIds: readonly string[],
  colors: Colors,
): string | undefined {
  const row = (who: string, raw: string, words: string): string =>
    rowText(who, ms, raw, words, paintOf(who, nodeIds, colors));
  switch (line.type) {
    case "status":
      return row(line.node, statusRaw(line.now), statusWords(line.before, line.now));
    case "event": {
      const words = eventWords(line.event);
      return words && row(placeOf(line.event), eventRaw(line.event), words);
    }
    case "client":
      return row("client", commandRaw(line.command), answerWords(line));
    case "story":
      return `\n${colors.bold(wrapped(`${titleOf(line.chapter)}${line.text}`))}\n\n`;
    case "end":
      return `\n${colors.bold(wrapped(endWords(line.tally, ms)))}\n`;
  }
}

function rowText(
  who: string,
  ms: number,
  raw: string,
  words: string,
  paint: (text: string) => string,
): string {
  const seconds = `${(ms / 1000).toFixed(3)} s`.padStart(9);
  return `${paint(`${who.padEnd(6)} ${seconds}  ${raw.padEnd(RAW_WIDTH)}`)} ${words}\n`;
}

function statusRaw({ role, term, last, commit, applied }: RaftStatus): string {
  const name = role === "preCandidate" ? "pre-vote" : role;
  return `${name.padEnd(9)}  term ${term}  last ${last}  commit ${commit}  applied ${applied}`;
}

function commandRaw(command: ClientLine["command"]): string {
  return command.type === "put" ? `put ${command.key} ${command.value}` : `get ${command.key}`;
}

function eventRaw(event: ClusterEvent): string {
  return "incarnation" in event
    ? `${event.type.padEnd(9)}  incarnation ${event.incarnation}`
    : event.type;
}

function placeOf(event: ClusterEvent): string {
  return "node" in event ? event.node : plainText(event.to);
}

function paintOf(
  who: string,
  nodeIds: readonly string[],
  colors: Colors,
): (text: string) => string {
  const paints = [colors.cyan, colors.magenta, colors.yellow];
  return paints[nodeIds.indexOf(who)] ?? colors.green;
}

function titleOf(chapter: string): string {
  return `${chapter.toUpperCase()}: `;
}

/** Breaks a text at blanks, so that it fits on a terminal of 80 columns. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
