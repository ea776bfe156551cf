import { InvalidArgumentError, type Command, type Option } from "commander";
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type Pair,
  type Scalar,
  type YAMLParseError,
} from "yaml";
import { DETACHED } from "../host/detached-args.ts";
import { readText } from "../host/read-text.ts";
import { reasonOf } from "../output/error-text.ts";

/** Options that only make sense on a command line. */
const NOT_IN_FILES = ["--config", "--help", DETACHED];

/**
 * Takes options from a YAML file: a map from names of options, without dashes in front, to values. The command line comes
 * first.
 *
 * An option without a value takes true or false, one whose value may be left out takes both, and one that may be repeated takes
 * a list or a map. Each value is read as on
 * the command line, so what is wrong is the same in both. Ends the command with the file, line and column of a problem.
 *
 * @returns the place of each option that was set, as `file:line:column`, by its name without dashes in front.
 */
export function readConfig(command: Command, path: string): ReadonlyMap<string, string> {
  const lines = new LineCounter();
  const places = new Map<string, string>();
  const document = parseDocument(textOf(command, path), { lineCounter: lines });
  const placeOf = (at: number): string => {
    const { line, col } = lines.linePos(at);
    return `${path}:${line}:${col}`;
  };
  const fail: Fail = (message, at) => command.error(`error: ${placeOf(at)}: ${message}`);
  const [error] = document.errors;
  if (error !== undefined) fail(problemOf(error), error.pos[0]);
  const { contents } = document;
  if (contents === null) return places;
  if (!isMap(contents))
    return fail("the file must be a map of options to values", startOf(contents));
  for (const pair of contents.items as readonly Pair<Node, Node | null>[]) {
    const key = isScalar(pair.key) ? textOfScalar(pair.key) : "";
    const option = optionOf(command, key);
    if (option === undefined) fail(unknownText(command, key), startOf(pair.key));
    else if (setOption(command, option, pair, fail))
      places.set(key, placeOf(startOf(pair.value ?? pair.key)));
  }
  return places;
}

type Fail = (message: string, at: number) => never;

function problemOf({ code, message }: YAMLParseError): string {
  if (code === "MULTIPLE_DOCS") return "a second document begins here: the file must have one";
  return message.split(" at line ")[0] ?? code;
}

function textOf(command: Command, path: string): string {
  try {
    return readText(path);
  } catch (error) {
    return command.error(`error: cannot read --config ${path}: ${reasonOf(error)}`);
  }
}

function optionOf(command: Command, key: string): Option | undefined {
  return optionsOf(command).find(({ long }) => long === `--${key}`);
}

function optionsOf(command: Command): readonly Option[] {
  return command.options.filter(({ long }) => !NOT_IN_FILES.includes(long ?? ""));
}

function unknownText(command: Command, key: string): string {
  const names = optionsOf(command).map(({ long }) => long?.slice(2));
  return `there is no option ${JSON.stringify(key)}; there are ${names.join(", ")}`;
}

/** @returns whether the file decides: not if the command line has the option, too. */
function setOption(
  command: Command,
  option: Option,
  { key, value }: Pair<Node, Node | null>,
  fail: Fail,
): boolean {
  const name = option.attributeName();
  if (command.getOptionValueSource(name) === "cli") return false;
  const at = startOf(value ?? key);
  const set = (given: unknown): void =>
    void command.setOptionValueWithSource(name, given, "config");
  const isOn: unknown = isScalar(value) ? value.value : undefined;
  if (option.isBoolean() || (option.optional && typeof isOn === "boolean")) {
    if (typeof isOn !== "boolean") fail(`${String(option.long).slice(2)} takes true or false`, at);
    if (isOn === true) set(option.presetArg ?? true);
    return isOn === true;
  }
  const texts = mayBeRepeated(option) || isScalar(value) ? textsOf(value) : undefined;
  if (texts === undefined) fail(`${String(option.long).slice(2)} takes ${takes(option)}`, at);
  let before: unknown;
  for (const text of texts ?? []) {
    try {
      before = valueIn(option, text, before);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      fail(
        `${String(option.long).slice(2)} cannot be ${JSON.stringify(text)}. ${error.message}`,
        at,
      );
    }
  }
  set(before);
  return true;
}

/** What the help says decides. */
function mayBeRepeated({ description }: Option): boolean {
  return description.endsWith("may be repeated");
}

function valueIn(option: Option, text: string, before: unknown): unknown {
  const read = option.parseArg as ((text: string, before: unknown) => unknown) | undefined;
  return read === undefined ? text : read(text, before);
}

/** The words of the command line that a value stands for; undefined for what is none. */
function textsOf(value: Node | null): readonly string[] | undefined {
  if (isScalar(value)) return value.value === null ? undefined : [textOfScalar(value)];
  if (isSeq(value)) {
    const items = value.items.map((item) => (isScalar(item) ? textOfScalar(item) : undefined));
    return items.every((item) => item !== undefined) && items.length > 0 ? items : undefined;
  }
  if (!isMap(value)) return undefined;
  const pairs = value.items.map(({ key, value: of }) =>
    isScalar(key) && isScalar(of) ? `${textOfScalar(key)}=${textOfScalar(of)}` : undefined,
  );
  return pairs.every((pair) => pair !== undefined) && pairs.length > 0 ? pairs : undefined;
}

/** As it is written: a number keeps its digits. */
function textOfScalar({ source, value }: Scalar): string {
  return source ?? JSON.stringify(value);
}

function takes(option: Option): string {
  return option.argChoices === undefined ? "a value" : option.argChoices.join(" or ");
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
