import { relative, sep } from "node:path";
import { cwd } from "node:process";
import { nameDigest } from "./name-digest.ts";

/** Identifies a test, so that it can be run alone. */
export type TestPlace = {
  /** Its file, relative to the working directory, with / between folders. */
  readonly file: string;
  /** The names of its blocks and its own, separated by blanks: what vitest's `-t` is compared with. */
  readonly fullName: string;
};

/** The part of vitest's task that is used. */
export type PlacedTask = Named & { readonly file: { readonly filepath: string } };

type Named = { readonly name: string; readonly suite?: Named | undefined };

/** The place of a vitest task. */
export function placeOf(task: PlacedTask): TestPlace {
  const file = relative(cwd(), task.file.filepath).split(sep).join("/");
  return { file, fullName: fullNameOf(task) };
}

function fullNameOf({ name, suite }: Named): string {
  return suite === undefined ? name : `${fullNameOf(suite)} ${name}`;
}

/** The shell command that runs only this test, with `environment` set. */
export function runLine(environment: string, { file, fullName }: TestPlace): string {
  return `${environment} npx vitest run ${shellWord(file)} -t ${quoted(`^${escaped(fullName)}$`)}`;
}

/** Distinguishes this test from others with a similar name; the same on every machine. */
export function digestOf({ file, fullName }: TestPlace): string {
  return nameDigest(`${file}\0${fullName}`);
}

function escaped(text: string): string {
  return text
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
    .replaceAll("\n", String.raw`\n`)
    .replaceAll("\r", String.raw`\r`);
}

/** A text as one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w./@+-]+$/.test(text) ? text : quoted(text);
}

/** Inside single quotes a shell interprets only the closing quote. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
