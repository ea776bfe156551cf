import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, type Block } from "./pages.ts";

const PROGRAMS: readonly string[] = ["ts", "js"];

/** What is wrong with a block that shows a file, or that should; undefined when nothing is. */
export function wrongWith({ language, text, shows }: Block): string | undefined {
  if (shows === undefined)
    return PROGRAMS.includes(language)
      ? "a program on a page is a file under examples/: name it in a comment above the block"
      : undefined;
  const { path, isPart } = shows;
  if (!existsSync(join(ROOT, path))) return `there is no file ${path}`;
  const file = readFileSync(join(ROOT, path), "utf8");
  if (isPart) return isPartOf(text, file) ? undefined : `these are no consecutive lines of ${path}`;
  return text === file ? undefined : `is not equal to ${path}`;
}

/** Whether lines follow each other in a file, where all of them may be indented further. */
function isPartOf(text: string, file: string): boolean {
  const indented = (spaces: number): string =>
    `\n${text}`.replaceAll(/\n(?!\n|$)/g, `\n${" ".repeat(spaces)}`);
  return [0, 2, 4, 6, 8].some((spaces) => `\n${file}`.includes(indented(spaces)));
}
