import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { CheckFailure } from "../output/check-failure.ts";
import { messageOf } from "../output/error-text.ts";
import { EXIT_TOOL } from "../host/host.ts";
import type { Recording } from "./recording.ts";

/** Where the page's build puts it; the relative path is the same from `src` and from `dist`. */
const PAGE = new URL("../../dist/web/page.html", import.meta.url);

/** Where the page holds its recording. */
const PLACE = /(<script id="recording"[^>]*>)(<\/script>)/;

/** Where it holds the simulation that it runs, in base64. */
const ENGINE = /(<script id="engine"[^>]*>)[^<]*(<\/script>)/;

/**
 * A page that shows a recording, in one file that needs nothing else.
 *
 * @throws CheckFailure when the page was not built
 */
export async function pageOf(recording: Recording): Promise<string> {
  const data = gzipSync(JSON.stringify(recording)).toString("base64");
  return (await emptyPage()).replace(
    PLACE,
    (_all, begin: string, end: string) => begin + data + end,
  );
}

/** The page of a running cluster, which it follows. @throws CheckFailure when it was not built. */
export async function livePage(): Promise<string> {
  // A page of a cluster runs nothing itself.
  return (await emptyPage())
    .replace('<script id="recording"', '<script id="recording" data-live=""')
    .replace(ENGINE, "$1$2");
}

/** The page without a recording. @throws CheckFailure when it was not built. */
async function emptyPage(): Promise<string> {
  try {
    return await readFile(PAGE, "utf8");
  } catch (error) {
    throw new CheckFailure(
      `the page is missing from this installation (in a checkout, run "npx -y pnpm@12 build"): ${messageOf(error)}`,
      EXIT_TOOL,
    );
  }
}
