import type { ClusterEvent, RaftStatus } from "@kontiki/actors";
import { plainText } from "../render/quoting.ts";
import type { Colors } from "../output/colors.ts";
import type { ClientLine, DemoLine } from "./demo-line.ts";
import { answerPhrase, endPhrase, eventPhrase, statusPhrase } from "./phrases.ts";

/** Width of the narration. */
const WIDTH = 80;

/** Width of a node's report, so that the explanations after it are aligned. */
const RAW_WIDTH = 50;

/** A line for people, each node in its own colour; undefined for an event that is not interesting. */
export function demoText(
  line: DemoLine,
  ms: number,
  nodeIds: readonly string[],
  colors: Colors,
): string | undefined {
  const row = (who: string, raw: string, phrase: string): string =>
    rowText(who, ms, raw, phrase, paintOf(who, nodeIds, colors));
  switch (line.type) {
    case "status":
      return row(line.node, statusRaw(line.now), statusPhrase(line.before, line.now));
    case "event": {
      const phrase = eventPhrase(line.event);
      return phrase && row(placeOf(line.event), eventRaw(line.event), phrase);
    }
    case "client":
      return row("client", commandRaw(line.command), answerPhrase(line));
    case "story":
      return `\n${colors.bold(wrapped(`${titleOf(line.chapter)}${line.text}`))}\n\n`;
    case "end":
      return `\n${colors.bold(wrapped(endPhrase(line.tally, ms)))}\n`;
  }
}

function rowText(
  who: string,
  ms: number,
  raw: string,
  phrase: string,
  paint: (text: string) => string,
): string {
  const seconds = `${(ms / 1000).toFixed(3)} s`.padStart(9);
  return `${paint(`${who.padEnd(6)} ${seconds}  ${raw.padEnd(RAW_WIDTH)}`)} ${phrase}\n`;
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
  if (event.type === "diverged") return event.nodes[0].node;
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
