import {
  decodeToken,
  loadScenarioParts,
  planOfParts,
  type Simulation,
  type SliceOptions,
  type Token,
} from "@kontiki/testing";
import { existsSync, statSync } from "node:fs";
import { readText } from "../host/read-text.ts";
import { badInput } from "../output/check-failure.ts";
import { messageOf, reasonOf } from "../output/error-text.ts";
import { aboutOf } from "../replay/about.ts";
import { tokenRun } from "../replay/run-subject.ts";
import { recordPath } from "./record-path.ts";
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
export async function openSubject(given: string, seed: number | undefined): Promise<Subject> {
  const { name, step } = givenIn(given);
  if (!TOKEN.test(name) && isFolder(name)) {
    refuseSeed(seed, "traces hold");
    return { about: undefined, record: async () => ({ ...recordTraces(name), opensAt: step }) };
  }
  const text = tokenIn(name);
  if (text !== undefined) refuseSeed(seed, "a token holds");
  const token = text === undefined ? undefined : readToken(text);
  const command = `kontiki view ${name}`;
  if (token?.type === "path")
    return {
      about: undefined,
      record: async () => ({ ...recordPath(token, command), opensAt: step }),
    };
  const run = await (token === undefined ? scenarioRun(name, seed ?? 1) : runOf(token, command));
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
  // A file in the place of a folder of the path is an error of its own.
  return existsSync(path) && statSync(path).isDirectory();
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
  const content = contentOf(name);
  if (TOKEN.test(content)) return content.trim();
  throw badInput(
    `${name} holds no token; kontiki view takes a token, a folder of traces, or a scenario`,
  );
}

function contentOf(path: string): string {
  try {
    return readText(path);
  } catch (error) {
    throw badInput(`cannot read ${path}: ${reasonOf(error)}`);
  }
}

function readToken(text: string): Token {
  try {
    return decodeToken(text);
  } catch (error) {
    throw badInput(messageOf(error));
  }
}

async function runOf(
  token: Token & { readonly type: "run" },
  command: string,
): Promise<RecordedRun> {
  try {
    const { plan, parts } = await tokenRun(token);
    return { plan, parts, command };
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
