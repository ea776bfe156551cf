import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { failureOf } from "./failure.ts";
import { SAMPLE } from "./sample.ts";
import { storiesTable, type Row } from "./stories-text.ts";

const USAGE = `usage: pnpm stories [--only ID]... [--write]

Plants each mutant of a sample, finds a failure with kontiki run all --until-fail, shrinks it with
kontiki shrink, and replays the shrunk token. Prints how many lines tell each failure, and the CPU time
of the shrinking.

  --only ID  only this mutant; can be repeated
  --write    write the table into docs/stories.md

Status 0: all were found, and every shrunk token reproduces its run. 1: not. 2: bad usage.
`;

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const PAGE = join(ROOT, "docs/stories.md");

/** The table is between these lines of the page. */
const TABLE = /(?<=<!-- table -->\n\n)[^]*?(?=\n\n<!-- end of table -->)/;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (typeof options === "string") {
    process.stderr.write(options);
    return 2;
  }
  const rows: Row[] = [];
  for (const { id, subject } of SAMPLE) {
    if (options.only.length > 0 && !options.only.includes(id)) continue;
    const failure = await failureOf(ROOT, id);
    rows.push({ id, subject, failure });
    process.stderr.write(`${id}: ${JSON.stringify(failure ?? "not found")}\n`);
  }
  const table = storiesTable(rows);
  process.stdout.write(`${table}\n`);
  if (options.write) writeTable(table);
  return rows.every(({ failure }) => failure?.isReproduced === true) ? 0 : 1;
}

type Options = { readonly only: readonly string[]; readonly write: boolean };

function optionsOf(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: "string", multiple: true, default: [] },
        write: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return USAGE;
    if (values.write && values.only.length > 0)
      return "--write cannot be combined with --only: the page holds the whole sample\n";
    return values;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`;
  }
}

function writeTable(table: string): void {
  writeFileSync(
    PAGE,
    readFileSync(PAGE, "utf8").replace(TABLE, () => table),
  );
  const prettier = join(ROOT, "node_modules/prettier/bin/prettier.cjs");
  execFileSync(process.execPath, [prettier, "--write", PAGE]);
}
