/**
 * The commands on the pages, and what the pages say that they print.
 *
 * A block of `console` holds commands after `$ `, each followed by what it prints. `> ` continues a command. Lines after
 * `kontiki> ` are typed at the prompt that the command before them opens. A line of `...` stands for any lines, none
 * included. A command that fails is followed by `$ echo $?`.
 *
 * Comments above a block tell how it is run, one each:
 *
 *     <!-- varies: nodes, terms -->           what may differ from run to run: see varying.ts
 *     <!-- in examples/first-test -->         the folder that it runs in, instead of a temporary one of its page
 *     <!-- runs as: kontiki run all ... -->   a shorter command that the test runs in its place, without comparing
 *     <!-- played in: docs/x.md -->           that page plays the same command, and shows this, or more than `| head -n 4` leaves
 *     <!-- explored as: lease -->             `kontiki explore ... | head -n 1` within the bounds of an instance that other tests
 *                                             exhaust: its recorded states are compared
 *     <!-- not run: the reason -->            the test only looks whether the command exists
 *
 * A block with another comment, which names a file, shows that file (see pages.ts): it is put into the folder of its page
 * under its own name, so that commands find it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./pages.ts";
import { isVarying, type Varying } from "./varying.ts";

/** A command with what it prints, or with a session at its prompt. */
export type Command = {
  readonly command: string;
  readonly output: readonly string[];
  /** What is typed at the prompt, each with what is on the screen after it. */
  readonly typed: readonly Typed[];
};

/** A line that is typed, and what follows on the screen until the next one. */
export type Typed = { readonly line: string; readonly output: readonly string[] };

/** How a block is run. */
export type How =
  | { readonly type: "run"; readonly folder: string | undefined }
  | { readonly type: "instead"; readonly command: string }
  | { readonly type: "elsewhere"; readonly page: string }
  | { readonly type: "recorded"; readonly instance: string }
  | { readonly type: "notRun"; readonly reason: string };

/** A block of `console`. */
export type ConsoleBlock = {
  readonly line: number;
  readonly text: string;
  /** Where the text is in the page, in UTF-16 code units. */
  readonly offset: number;
  readonly how: How;
  readonly varies: readonly Varying[];
};

/** Languages of blocks that hold no command. */
const SHOWN: readonly string[] = ["ts", "js", "json", "yaml", "edn", "jsonl", "text"];

const BLOCK =
  /(?<comments>(?:^<!-- [^\n]* -->\n\n?)*)^```(?<language>[^\n]*)\n(?<text>.*?)^```$/gms;
const PROMPT = "kontiki> ";
const KEY = /^(varies:|in|runs as:|played in:|explored as:|not run:) (.+)$/;

/** The blocks of `console` of a page. */
export function consoleBlocks(page: string): readonly ConsoleBlock[] {
  const content = readFileSync(join(ROOT, page), "utf8");
  return Array.from(content.matchAll(BLOCK)).flatMap(({ 0: all, index, groups = {} }) => {
    const { language = "", text = "", comments = "" } = groups;
    const offset = index + all.length - "```".length - text.length;
    const line = content.slice(0, offset).split("\n").length;
    const where = `${page}:${line}`;
    if (SHOWN.includes(language)) return [];
    if (language !== "console")
      throw new Error(`${where}: a block is console, or one of ${SHOWN.join(", ")}`);
    return [{ line, text, offset, ...readComments(where, comments) }];
  });
}

/** The commands of a block. */
export function commandsIn(text: string): readonly Command[] {
  const lines = text.trimEnd().split("\n");
  const commands: {
    command: string;
    output: string[];
    typed: { line: string; output: string[] }[];
  }[] = [];
  for (const [at, line] of lines.entries()) {
    const last = commands.at(-1);
    if (line.startsWith("$ ")) commands.push({ command: line.slice(2), output: [], typed: [] });
    else if (last === undefined) throw new Error(`a block begins with a command, not with ${line}`);
    else if (line.startsWith("> ") && /^[$>] /.test(lines[at - 1] ?? ""))
      last.command += `\n${line.slice(2)}`;
    else if (line.startsWith(PROMPT))
      last.typed.push({ line: line.slice(PROMPT.length), output: [] });
    else (last.typed.at(-1) ?? last).output.push(line);
  }
  return commands;
}

/** The text of commands as on a page. */
export function textOf(commands: readonly Command[]): string {
  return commands.map((command) => linesOf(command).join("\n")).join("\n") + "\n";
}

/** All lines of a command: itself, what it prints, and what is typed. */
export function linesOf({ command, output, typed }: Command): readonly string[] {
  const [first, ...rest] = command.split("\n");
  const said = typed.flatMap((one) => [PROMPT + one.line, ...one.output]);
  return [`$ ${first}`, ...rest.map((line) => `> ${line}`), ...output, ...said];
}

function readComments(where: string, comments: string): Pick<ConsoleBlock, "how" | "varies"> {
  let how: How = { type: "run", folder: undefined };
  let varies: readonly Varying[] = [];
  for (const [, comment = ""] of comments.matchAll(/^<!-- (.*) -->$/gm)) {
    const [, key, value = ""] = KEY.exec(comment) ?? [];
    if (key === "varies:") varies = value.split(", ").map((name) => varying(where, name));
    else if (key === "in") how = { type: "run", folder: value };
    else if (key === "runs as:") how = { type: "instead", command: value };
    else if (key === "played in:") how = { type: "elsewhere", page: value };
    else if (key === "explored as:") how = { type: "recorded", instance: value };
    else if (key === "not run:") how = { type: "notRun", reason: value };
    else throw new Error(`${where}: a block of console cannot have the comment ${comment}`);
  }
  return { how, varies };
}

function varying(where: string, name: string): Varying {
  if (!isVarying(name)) throw new Error(`${where}: varying.ts knows no "${name}"`);
  return name;
}
