import {
  decodeToken,
  loadScenarioParts,
  planOfParts,
  type Simulation,
  type SliceOptions,
} from "@kontiki/testing";
import { existsSync, readFileSync, statSync } from "node:fs";
import { badInput } from "../output/check-failure.ts";
import { messageOf } from "../output/error-text.ts";
import { aboutOf, tokenRun } from "../replay/run-subject.ts";
import { recordRun, type RecordedRun } from "./record-run.ts";
import { recordTraces } from "./record-traces.ts";
import type { Recording } from "./recording.ts";

/** What can be shown. */
export type Subject = {
  /** What runs, in a few words; undefined for what is only read. */
  readonly about: string | undefined;
  /** Undefined when it was ended early. */
  readonly record: (slices?: SliceOptions<Simulation>) => Promise<Recording | undefined>;
};

/** What was given, and the number of the event to show first. */
type Given = { readonly name: string; readonly step: number | undefined };

/**
 * Finds what a text names: a token or a file with one, a folder of traces, or a scenario, each with `#STEP` or without.
 *
 * @throws CheckFailure when it names none of them
 */
export async function openSubject(text: string, seed: number | undefined): Promise<Subject> {
  const { name, step } = givenIn(text);
  if (!TOKEN.test(name) && isFolder(name)) {
    refuseSeed(seed, "traces hold");
    return { about: undefined, record: async () => ({ ...recordTraces(name), opensAt: step }) };
  }
  const token = tokenIn(name);
  if (token !== undefined) refuseSeed(seed, "a token holds");
  const run = await (token === undefined ? scenarioRun(name, seed ?? 1) : runOf(token, name));
  return {
    about: aboutOf(run.plan),
    async record(slices) {
      const recording = await recordRun(run, slices);
      return recording && { ...recording, opensAt: step };
    },
  };
}

function givenIn(text: string): Given {
  const [, name, step] = /^(.*)#(\d{1,9})$/.exec(text) ?? [];
  return name === undefined ? { name: text, step: undefined } : { name, step: Number(step) };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function refuseSeed(seed: number | undefined, holder: string): void {
  if (seed !== undefined) throw badInput(`--seed is for a scenario: ${holder} what happened`);
}

const TOKEN = /^\s*k\d+-/;
const SCENARIO = /\.(?:ya?ml|[cm]?[jt]s)$/;

/** The token in a text, or in the file that it names; undefined when it names something else. */
function tokenIn(name: string): string | undefined {
  if (TOKEN.test(name)) return name.trim();
  if (SCENARIO.test(name) || !existsSync(name)) return undefined;
  const content = readFileSync(name, "utf8");
  if (TOKEN.test(content)) return content.trim();
  throw badInput(
    `${name} holds no token; kontiki view takes a token, a folder of traces, or a scenario`,
  );
}

async function runOf(text: string, given: string): Promise<RecordedRun> {
  try {
    const token = decodeToken(text);
    if (token.type === "path")
      throw new Error('a path of the explorer has no page: see "kontiki replay TOKEN --story"');
    const { plan, parts } = await tokenRun(token);
    return { plan, parts, command: `kontiki view ${given}` };
  } catch (error) {
    throw badInput(messageOf(error));
  }
}

async function scenarioRun(name: string, seed: number): Promise<RecordedRun> {
  try {
    const parts = await loadScenarioParts(name);
    return {
      plan: planOfParts(parts, seed),
      parts,
      command: `kontiki view ${name} --seed ${seed}`,
    };
  } catch (error) {
    throw badInput(messageOf(error));
  }
}
