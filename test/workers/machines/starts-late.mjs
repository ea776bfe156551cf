/**
 * Ends its thread while it is loaded, as long as the folder `times` of its URL holds a file that it can remove.
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const times = new URL(import.meta.url).searchParams.get("times") ?? "";
const [first] = readdirSync(times);
if (first !== undefined) {
  rmSync(join(times, first));
  process.exit(7);
}

export { default } from "./echo.mjs";
