import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { isRecord } from "@kontiki/actors/node";
import type { RunSummary } from "@kontiki/testing";
import { readText } from "../host/read-text.ts";
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
    value = JSON.parse(readText(file));
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is not JSON" : reasonOf(error);
    throw badInput(`cannot read the report ${file}: ${why}`);
  }
  if (!isSummary(value))
    throw badInput(
      `${file} is no ${FILES.summary} of kontiki run --report: it lacks fields, or they are of other types`,
    );
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

/** Whether it has what a comparison reads. */
function isSummary(value: unknown): value is KeptSummary {
  if (!isRecord(value)) return false;
  const { operations, latencyMs, messages, recoveries = [] } = value;
  const lists = [value["windows"], value["leaders"], value["faults"]];
  const isListOf = (list: unknown, is: (item: unknown) => boolean): boolean =>
    Array.isArray(list) && list.every(is);
  return (
    ["scenario", "engine", "verdict"].every((name) => typeof value[name] === "string") &&
    hasNumbers(value, "seed", "durationMs") &&
    hasNumbers(operations, "ok", "failed", "open") &&
    (latencyMs === null || hasNumbers(latencyMs, "p50", "p90", "p99", "max")) &&
    lists.every((list) => isListOf(list, isRecord)) &&
    isListOf(value["unavailable"], (time) => hasNumbers(time, "fromMs", "toMs")) &&
    isListOf(recoveries, isRecovery) &&
    isRecord(value["coverage"]) &&
    hasNumbers(value["coverage"], ...Object.keys(value["coverage"])) &&
    (messages === undefined || messages === null || hasCounts(messages))
  );
}

function hasCounts(messages: unknown): boolean {
  const counts = isRecord(messages) ? messages["counts"] : undefined;
  return (
    Array.isArray(counts) &&
    counts.every((one) => hasNumbers(one, "sent", "lost") && typeof one.type === "string")
  );
}

/** Null is the time of what did not happen. */
function isRecovery(value: unknown): boolean {
  const times = ["detectedAt", "restartedAt", "recoveredAt", "caughtUpAt", "acknowledgedAt"];
  return (
    hasNumbers(value, "crashedAt") &&
    times.every((name) => value[name] === null || typeof value[name] === "number")
  );
}

function hasNumbers(
  value: unknown,
  ...names: readonly string[]
): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && names.every((name) => typeof value[name] === "number");
}
