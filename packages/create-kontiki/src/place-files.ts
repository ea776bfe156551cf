import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { Refusal } from "./refusal.ts";

/** A file of a project. */
export type NewFile = { readonly name: string; readonly text: string };

/** How a folder is shown to people, and whether it may hold other files. */
export type PlaceOptions = { readonly shown: string; readonly force: boolean };

/** What may be in a folder that counts as empty: a fresh repository, and what a file manager leaves. */
const IGNORED = new Set([".git", ".DS_Store"]);

/**
 * Writes all files into a folder, or none. It overwrites no file.
 *
 * A new folder appears under its name only when it is complete, even if the process is killed. Into an existing folder
 * the files go one after another, and are removed again when one of them fails.
 *
 * @throws Refusal when the folder is in use, and when writing fails.
 */
export function placeFiles(folder: string, files: readonly NewFile[], options: PlaceOptions): void {
  try {
    const existing = entriesOf(folder);
    if (existing === undefined) return placeNew(folder, files);
    refuseUse(existing, files, options);
    placeInto(folder, files);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const why =
      codeOf(error) === "ENOTDIR"
        ? "a part of this path is a file: name another folder"
        : (error as Error).message;
    throw new Refusal(`cannot write ${options.shown}: ${why}`, { cause: error });
  }
}

/** What is in the folder; undefined when it is not there. */
function entriesOf(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function refuseUse(
  existing: readonly string[],
  files: readonly NewFile[],
  { shown, force }: PlaceOptions,
): void {
  const others = existing.filter((name) => !IGNORED.has(name));
  if (others.length > 0 && !force)
    throw new Refusal(
      `${shown} is not empty: name another folder, or add --force to put the project beside what is there`,
    );
  const taken = files.map(({ name }) => name).filter((name) => others.includes(name));
  if (taken.length > 0)
    throw new Refusal(
      `${shown} already has ${taken.join(", ")}, which would be overwritten: move ${taken.length === 1 ? "it" : "them"} away first`,
    );
}

function placeNew(folder: string, files: readonly NewFile[]): void {
  const parent = dirname(folder);
  const missing = missingFolders(parent);
  const staged = join(parent, `.${basename(folder).slice(0, 64)}-${randomUUID()}`);
  try {
    for (const above of [...missing, staged]) mkdirSync(above);
    for (const file of files) write(staged, file);
    renameSync(staged, folder);
  } catch (error) {
    if (existsSync(staged)) rmSync(staged, { recursive: true });
    for (const above of missing.toReversed()) removeEmpty(above);
    throw error;
  }
}

/** Of the folder and those above it the ones that do not exist, the outermost first. */
function missingFolders(folder: string): readonly string[] {
  return existsSync(folder) ? [] : [...missingFolders(dirname(folder)), folder];
}

function placeInto(folder: string, files: readonly NewFile[]): void {
  const written: string[] = [];
  try {
    for (const file of files) written.push(write(folder, file));
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    throw error;
  }
}

/** Writes a file that does not exist yet. Gives its path. */
function write(folder: string, { name, text }: NewFile): string {
  const path = join(folder, name);
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    // A full disk leaves the beginning of the file. One that existed already is not ours to remove.
    if (codeOf(error) !== "EEXIST") rmSync(path, { force: true });
    throw error;
  }
  return path;
}

/** Removes a folder that this call made, unless something else is in it by now. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It was not made, or stays: the error that led here is the one to report.
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
