/** Plays the commands of a page, and compares what they print. Each page has a file, so that pages run side by side. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandsIn, consoleBlocks, type ConsoleBlock } from "./commands.ts";
import { blocksOf, ROOT } from "./pages.ts";
import { played } from "./play.ts";
import { endClusters } from "./shell.ts";

/** Writes what the commands print now into the pages, instead of comparing. */
export const UPDATES = process.env["KONTIKI_UPDATE_DOCS"] === "1";

const SCRIPTS = Object.keys(
  (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: object }).scripts,
);

/** Commands simulate or start clusters: how long they take says something of the machine, not of them. */
const TIMEOUT_MS = 120_000;

const TOKEN = /k1-[\w-]+/g;

/** The tests of a page. */
export function testPage(page: string): void {
  describe(page, () => {
    const blocks = consoleBlocks(page);
    const runs = blocks.filter(({ how }) => how.type !== "notRun");
    const others = blocks.filter(({ how }) => how.type === "notRun");
    let folder = "";

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "kontiki-page-"));
      for (const { shows, text } of blocksOf(page))
        if (shows !== undefined) writeFileSync(join(folder, basename(shows.path)), text);
    });
    afterAll(() => {
      endClusters();
      rmSync(folder, { recursive: true, force: true });
    });

    test("says something about each command that is not run", () => {
      expect(others.flatMap(unknownScripts)).toEqual([]);
    });

    test.each(runs.map(({ line }, at) => ({ line, at })))(
      "prints what it shows in line $line",
      { timeout: TIMEOUT_MS },
      async ({ at }) => {
        const block = UPDATES ? consoleBlocks(page).filter(isRun)[at] : runs[at];
        if (block === undefined) throw new Error("the page has lost a block");
        const text = await played(block, folder, UPDATES);
        if (UPDATES) update(page, block, text);
        else expect(text).toBe(block.text);
      },
    );
  });
}

function isRun({ how }: ConsoleBlock): boolean {
  return how.type !== "notRun";
}

/** Commands of a block that the root has no script for. */
function unknownScripts({ text, line }: ConsoleBlock): readonly string[] {
  return commandsIn(text).flatMap(({ command }) => {
    const script = /^(?:\w+=(?:\$\([^)]*\)|\S)+ )*npx -y pnpm@12 (?:--silent )?(?:run )?(\w+)/.exec(
      command,
    )?.[1];
    const isKnown = script === "install" || (script !== undefined && SCRIPTS.includes(script));
    return isKnown ? [] : [`${line}: ${command}`];
  });
}

/** Puts a block's new text into its page. A token that has changed is used further below as well. */
function update(page: string, block: ConsoleBlock, text: string): void {
  const path = join(ROOT, page);
  const content = readFileSync(path, "utf8");
  const [olds, news] = [block.text.match(TOKEN) ?? [], text.match(TOKEN) ?? []];
  let rest = content.slice(block.offset + block.text.length);
  for (const [at, old] of olds.entries()) rest = rest.replaceAll(old, news[at] ?? old);
  writeFileSync(path, content.slice(0, block.offset) + text + rest);
}
