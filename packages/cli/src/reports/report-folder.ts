import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KEPT_RUNS_MAX, type KeptRun } from "@kontiki/testing";
import { makeFolder } from "../host/make-folder.ts";
import { EXIT_TOOL } from "../host/host.ts";
import { CheckFailure } from "../output/check-failure.ts";
import { reasonOf } from "../output/error-text.ts";
import { runLogs } from "./run-logs.ts";

/** The files of a run's folder. */
export const FILES = {
  summary: "summary.json",
  history: "history.jsonl",
  page: "report.html",
  traces: "traces",
  logs: "logs",
} as const;

/** The name of the link to the newest run. */
export const LATEST = "latest";

/** Which run it is. */
export type RunName = { readonly scenario: string; readonly seed: number; readonly engine: string };

/**
 * A folder of reports: one folder for each run, with its summary, its history and its page, and a link to the newest.
 *
 * Runs are written one after the other, in the order of `keep`.
 */
export class ReportFolder {
  readonly #directory: string;
  #writing: Promise<void> = Promise.resolve();
  #kept = 0;
  #left = 0;
  #newest: string | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Creates the folder. @throws CheckFailure when that is impossible. */
  async create(): Promise<void> {
    try {
      makeFolder(this.#directory);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** How many runs were kept, how many were not because there were too many, and the page of the newest. */
  get result(): {
    readonly kept: number;
    readonly left: number;
    readonly page: string | undefined;
  } {
    const page = this.#newest && join(this.#directory, this.#newest, FILES.page);
    return { kept: this.#kept, left: this.#left, page };
  }

  /** Keeps a run, if there are not too many: then it is undefined. It is written when {@link written} resolves. */
  keep({ scenario, seed, engine }: RunName, run: KeptRun | undefined): void {
    if (run === undefined || this.#kept >= KEPT_RUNS_MAX) {
      this.#left += 1;
      return;
    }
    this.#kept += 1;
    const name = `${scenario}-${seed}`;
    this.#newest = name;
    const folder = join(this.#directory, name);
    this.#writing = this.#writing.then(async () => {
      const { summary, history, page, traces } = run;
      const described = { scenario, seed, engine, ...summary };
      await writtenWhole(folder, async (beside) => {
        await writeFile(join(beside, FILES.summary), `${JSON.stringify(described, null, 2)}\n`);
        await writeFile(join(beside, FILES.history), history);
        await writeFile(join(beside, FILES.page), page);
        await writeAll(join(beside, FILES.traces), traces, "");
        await writeAll(join(beside, FILES.logs), runLogs({ ...run, name }), ".jsonl");
      });
    });
    // It is reported by `written`.
    this.#writing.catch(() => undefined);
  }

  /** Writes the link to the newest run. @throws CheckFailure when anything could not be written. */
  async written(): Promise<void> {
    try {
      await this.#writing;
      if (this.#newest === undefined) return;
      const link = join(this.#directory, LATEST);
      await rm(link, { force: true });
      await symlink(this.#newest, link);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): CheckFailure {
    return new CheckFailure(`cannot write ${this.#directory}: ${reasonOf(error)}`, EXIT_TOOL);
  }
}

/**
 * Writes the files of a run beside its folder first, and then puts them there in place of those of an earlier run: the files
 * of a folder are all of one run, also when the disk is full. What else is there stays.
 */
async function writtenWhole(
  folder: string,
  write: (beside: string) => Promise<void>,
): Promise<void> {
  const beside = `${folder}.new`;
  const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });
  await remove(beside);
  try {
    makeFolder(beside);
    await write(beside);
    makeFolder(folder);
    for (const file of Object.values(FILES)) {
      await remove(join(folder, file));
      await rename(join(beside, file), join(folder, file));
    }
  } finally {
    await remove(beside);
  }
}

/** Writes these files into a folder of their own. */
async function writeAll(
  folder: string,
  texts: Readonly<Record<string, string>>,
  ending: string,
): Promise<void> {
  await mkdir(folder);
  const all = Object.entries(texts);
  await Promise.all(all.map(([name, text]) => writeFile(join(folder, `${name}${ending}`), text)));
}
