import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RunSummary } from "@kontiki/testing";
import { badInput } from "../output/check-failure.ts";
import { reasonOf } from "../output/error-text.ts";
import { FILES, LATEST } from "./report-folder.ts";

/** A summary as it was kept. */
export type KeptSummary = Omit<RunSummary, "recoveries" | "messages"> & {
  /** Left out in reports of earlier versions, like `messages`. */
  readonly recoveries?: RunSummary["recoveries"];
  readonly messages?: RunSummary["messages"];
  readonly scenario: string;
  readonly seed: number;
  readonly engine: string;
};

/**
 * Reads the summary of a run: of its folder, of the newest run of a folder of reports, or of a file.
 *
 * @throws CheckFailure when there is none.
 */
export async function readSummary(path: string): Promise<KeptSummary> {
  const file = await summaryFile(path);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is not JSON" : reasonOf(error);
    throw badInput(`cannot read the report ${file}: ${why}`);
  }
  if (!isSummary(value))
    throw badInput(`${file} is no ${FILES.summary} of kontiki run --report: it lacks fields`);
  return value;
}

async function summaryFile(path: string): Promise<string> {
  if (basename(path) === FILES.summary) return path;
  const isIn = async (folder: string): Promise<boolean> =>
    stat(join(folder, FILES.summary)).then(
      () => true,
      () => false,
    );
  for (const folder of [path, join(path, LATEST)])
    if (await isIn(folder)) return join(folder, FILES.summary);
  throw badInput(`${path} holds no report: give a folder that kontiki run --report wrote`);
}

function isSummary(value: unknown): value is KeptSummary {
  if (typeof value !== "object" || value === null) return false;
  const names = ["scenario", "seed", "engine", "operations", "durationMs", "windows", "coverage"];
  return names.every((name) => name in value) && "unavailable" in value && "faults" in value;
}
