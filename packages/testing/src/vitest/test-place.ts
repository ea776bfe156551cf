import { relative, sep } from "node:path";
import { cwd } from "node:process";
import { nameDigest } from "./name-digest.ts";

/** Where a test stands, so that it can be run by itself. */
export type TestPlace = {
  /** Its file, from the working folder, with / between folders. */
  readonly file: string;
  /** The names of the blocks around it, and its own, with blanks between: what `-t` of vitest is compared with. */
  readonly fullName: string;
};

/** What is taken of vitest's task. */
export type PlacedTask = Named & { readonly file: { readonly filepath: string } };

type Named = { readonly name: string; readonly suite?: Named | undefined };

/** Where vitest has found a test. */
export function placeOf(task: PlacedTask): TestPlace {
  const file = relative(cwd(), task.file.filepath).split(sep).join("/");
  return { file, fullName: fullNameOf(task) };
}

function fullNameOf({ name, suite }: Named): string {
  return suite === undefined ? name : `${fullNameOf(suite)} ${name}`;
}

/** The line for a shell that runs this test and no other, with something in its environment. */
export function runLine(environment: string, { file, fullName }: TestPlace): string {
  return `${environment} npx vitest run ${shellWord(file)} -t ${quoted(`^${escaped(fullName)}$`)}`;
}

/** Tells this test from all others that have a name like it; the same on each machine. */
export function digestOf({ file, fullName }: TestPlace): string {
  return nameDigest(`${file}\0${fullName}`);
}

function escaped(text: string): string {
  return text
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
    .replaceAll("\n", String.raw`\n`)
    .replaceAll("\r", String.raw`\r`);
}

function shellWord(text: string): string {
  return /^[\w./@+-]+$/.test(text) ? text : quoted(text);
}

/** Nothing has a meaning between single quotes but their end. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
