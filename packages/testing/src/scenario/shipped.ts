import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** `src` and `dist` are side by side, so both find the folder at this path. */
const FOLDER = new URL("../../scenarios/", import.meta.url);
const ENDING = ".yaml";

/** The names of the scenarios that come with the package, in alphabetical order. */
export async function scenarioNames(): Promise<readonly string[]> {
  const files = await readdir(FOLDER);
  return files
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .toSorted();
}

/** The file of a scenario that comes with the package; undefined when there is none of this name. */
export async function shippedPath(name: string): Promise<string | undefined> {
  const names = await scenarioNames();
  return names.includes(name) ? fileURLToPath(new URL(name + ENDING, FOLDER)) : undefined;
}
