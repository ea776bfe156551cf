/**
 * Reads the tables of etcd/raft's tests: commands, and the expected result of each.
 *
 * ```text
 * # comment
 * command key=value key=(value,value)
 * lines of input
 * ----
 * lines of the answer, up to an empty one
 * ```
 */
import { readdirSync, readFileSync } from "node:fs";
import { recordedData } from "../support/recorded-data.ts";

/** One command of a table. */
export type Case = {
  /** File and line, so that the case can be found. */
  readonly name: string;
  readonly command: string;
  /** By key; a value without brackets is a list of one. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** The words of the lines between command and answer. */
  readonly input: readonly string[];
  readonly answer: readonly string[];
};

/** One file. */
export type Table = {
  readonly name: string;
  /** In order: a table of membership changes is one history. */
  readonly cases: readonly Case[];
  /** How many answers the file holds, counted without reading it case by case. */
  readonly answers: number;
};

/** The tables of a folder; none where the data is absent. */
export function tablesOf(folder: "quorum" | "confchange"): readonly Table[] {
  const url = recordedData(`etcd-raft/${folder}`);
  if (url === undefined) return [];
  return readdirSync(url)
    .toSorted()
    .map((name) => tableOf(name, readFileSync(new URL(name, url), "utf8")));
}

function tableOf(name: string, text: string): Table {
  const answers = text.match(/^----$/gm)?.length ?? 0;
  const lines = text.split("\n");
  const cases: Case[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (line === "" || line.startsWith("#")) {
      at += 1;
      continue;
    }
    const asks = lines.indexOf("----", at);
    const ends = [lines.indexOf("", asks), lines.length].find((end) => end !== -1) ?? at;
    cases.push({
      name: `${name}:${at + 1}`,
      ...commandOf(line),
      input: lines.slice(at + 1, asks).flatMap((each) => each.split(" ")),
      answer: lines.slice(asks + 1, ends),
    });
    at = ends;
  }
  return { name, cases, answers };
}

function commandOf(line: string): Pick<Case, "command" | "values"> {
  const [, command = "", rest = ""] = /^(\S+)(.*)$/.exec(line) ?? [];
  const pairs = [...rest.matchAll(/(\w+)=(?:\(([^)]*)\)|(\w+))/g)];
  const values = new Map(
    pairs.map(([, key = "", list, one]) => [key, (list ?? one ?? "").split(/\s*,\s*/)] as const),
  );
  return { command, values };
}
