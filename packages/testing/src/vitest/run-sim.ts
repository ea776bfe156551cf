import { mkdir, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { cwd, env } from "node:process";
import { KontikiError } from "@kontiki/actors";
import { modelOf } from "../runs/options-of.ts";
import { surplus, type StateMachine } from "@kontiki/actors/node";
import type { Plan } from "../plan/plan.ts";
import { runPage } from "../report/run-page.ts";
import type { SessionBody } from "../session/run-session.ts";
import { pointedTo, type UserPlace } from "../session/user-stack.ts";
import { HangError } from "../watchdog.ts";
import { checkMachine, checkOptions } from "./check-options.ts";
import { Deadline } from "./deadline.ts";
import { hasOwn, shrunkFailure, type Failure } from "./failure.ts";
import { failureText, seedLine, type FailureTold } from "./failure-text.ts";
import { partsOf, slugOf, type SimOptions } from "./sim-options.ts";
import { attempt, planOfSubject, wrongs, type Attempt, type Subject } from "./subject.ts";
import { digestOf, type TestPlace } from "./test-place.ts";
import { planOfToken, readToken, seedsOf } from "./wanted.ts";

const DEFAULTS = { seeds: 10, shrinkMs: 20_000, pages: ".kontiki", timeoutMs: 120_000 };

/** A name, options and a function. */
const ARGUMENTS = 3;

/** Attaches a file to the result of a test, as vitest does from 3.2 on. */
export type Annotate = (
  message: string,
  attachment: { readonly path: string; readonly contentType: string },
) => Promise<unknown>;

/** A test to run. */
export type SimRun<Command, Result, Machine = StateMachine<Command, Result>> = {
  /** Its own name. */
  readonly name: string;
  readonly place: TestPlace;
  readonly options: SimOptions<Command, Result, Machine>;
  readonly body: SessionBody<Command, Result> | undefined;
  /** Where the test is, for errors that have no place in the code of the user. */
  readonly site?: UserPlace;
  /** Arguments that a test does not take. */
  readonly more?: readonly unknown[];
  /** Undefined where vitest has no annotations. */
  readonly annotate?: Annotate | undefined;
};

/** A test that runs. */
type Running = {
  readonly run: Pick<SimRun<unknown, unknown>, "name" | "place" | "annotate"> & {
    readonly options: Pick<SimOptions, "pages" | "shrinkMs" | "timeoutMs">;
  };
  readonly subject: Subject;
  readonly deadline: Deadline;
};

/** How long a test may take, in ms of real time; the default for an invalid value. */
export function limitOf(options: { readonly timeoutMs?: unknown } | undefined): number {
  const timeoutMs = options?.timeoutMs;
  return typeof timeoutMs === "number" && timeoutMs > 0 ? timeoutMs : DEFAULTS.timeoutMs;
}

/**
 * Runs a scenario with all its seeds, up to the first failure, which it shrinks and reports.
 *
 * The environment variable KONTIKI_SEED selects one seed; KONTIKI_TOKEN selects one recorded failure in place of the seeds.
 *
 * @throws the scenario function's own error, or an Error that says which check failed; both messages end with the story.
 * KontikiError, ScenarioError or TokenError for a test that cannot run, and when its time is up.
 */
export async function runSim<Command, Result, Machine = StateMachine<Command, Result>>(
  run: SimRun<Command, Result, Machine>,
): Promise<void> {
  try {
    await runSeeds(run);
  } catch (error) {
    throw error instanceof Error ? pointedTo(error, run.site ?? []) : error;
  }
}

async function runSeeds<Command, Result, Machine>(
  run: SimRun<Command, Result, Machine>,
): Promise<void> {
  const { name, options, body } = run;
  const source = `test ${JSON.stringify(name)}`;
  const wrong = surplus(source, ARGUMENTS, run.more ?? []);
  if (wrong !== undefined) throw new KontikiError(`${wrong}: a time limit is the option timeoutMs`);
  checkOptions(source, options);
  const parts = partsOf(name, options, body !== undefined);
  checkMachine(source, parts);
  const deadline = new Deadline(limitOf(options));
  const last = options.finally as SessionBody | undefined;
  const { KONTIKI_TOKEN: token } = env;
  if (token !== undefined) {
    const subject = { parts, body: undefined, last };
    const plan = planOfToken(await readToken(token), parts);
    const tried = await attempt(subject, plan, deadline);
    await throwIfBad({ run, subject, deadline }, tried, "the token's run");
    return;
  }
  const subject: Subject = { parts, body: body as SessionBody | undefined, last };
  const seeds = seedsOf({ seeds: DEFAULTS.seeds, ...options }, env);
  for (let place = 0; place < seeds.count; place += 1) {
    const seed = seeds.at(place);
    const what = `seed ${seed} (${place + 1} of ${seeds.count})`;
    if (place > 0 && deadline.isOver) throw timeUp(options, `before ${what}`);
    const plan = planned(run, subject, seed, deadline);
    const tried = await attempt(subject, plan, deadline);
    await throwIfBad({ run, subject, deadline }, tried, what);
  }
}

function planned(
  { options, place }: Pick<SimRun<unknown, unknown>, "place"> & Pick<Running["run"], "options">,
  subject: Subject,
  seed: number,
  deadline: Deadline,
): Plan {
  try {
    return planOfSubject(subject, seed, deadline);
  } catch (error) {
    if (!(error instanceof HangError)) throw error;
    throw hung(options, `at seed ${seed}`, "commands", seedLine(seed, place));
  }
}

async function throwIfBad(running: Running, tried: Attempt, what: string): Promise<void> {
  const { thrown, result, isCut, plan } = tried;
  if (thrown === undefined && result.verdict === "valid") return;
  if (thrown !== undefined || !isCut) throw await errorOf(running, tried);
  const { options, place } = running.run;
  if (tried.hang !== undefined) {
    const where = `at ${what}, ${Math.floor(result.virtualMs)} ms of virtual time in`;
    throw hung(options, where, tried.hang, seedLine(plan.seed, place));
  }
  const { durationMs, settleMs } = plan.scenario;
  const progress = `${Math.floor(result.virtualMs)} ms of virtual time in, of ${durationMs} and up to ${settleMs} to settle`;
  throw timeUp(options, `at ${what}, ${progress}`);
}

function hung(
  options: Pick<SimOptions, "timeoutMs">,
  where: string,
  what: string,
  again: string,
): Error {
  const text = `${limitOf(options)} ms of real time ran out ${where}: ${what} has not returned, as if in an endless loop`;
  return new Error(`${text}\n\nreplay: ${again}`);
}

function timeUp(options: Pick<SimOptions, "timeoutMs">, where: string): KontikiError {
  return new KontikiError(
    `${limitOf(options)} ms of real time ran out ${where}: give fewer seeds, a shorter duration, or more timeoutMs`,
  );
}

async function errorOf(running: Running, failed: Attempt): Promise<Error> {
  const { run, subject, deadline } = running;
  const { place, options } = run;
  const { seed } = failed.plan;
  if (wrongs(failed).length === 0) {
    const doubts = failed.result.doubts.join("; ");
    return new Error(`seed ${seed} shows nothing: ${doubts}\n\nreplay: ${seedLine(seed, place)}`);
  }
  const { shrinkMs = DEFAULTS.shrinkMs } = options;
  const failure = await shrunkFailure(subject, failed, deadline, shrinkMs);
  const isOwn = hasOwn(subject);
  const files = await written(running, failure);
  await attach(run.annotate, files.page, `seed ${seed}: ${failure.check}`);
  return withDetails(failed, failure, failureText({ ...failure, place, seed, isOwn, ...files }));
}

/** Attaches the page of a failure to the test's result: reporters and servers of CI then show or keep it. */
async function attach(
  annotate: Annotate | undefined,
  page: string | undefined,
  message: string,
): Promise<void> {
  if (annotate === undefined || page === undefined) return;
  try {
    await annotate(message, { path: page, contentType: "text/html" });
  } catch {
    // The failure itself, whose message has the path, matters more.
  }
}

/** Adds details to an assertion's own error, so that the test runner still shows its diff and its place. */
function withDetails({ thrown, cause }: Attempt, { check, text }: Failure, details: string): Error {
  if (thrown === undefined)
    return new Error(`${check}: ${text}\n\n${details}`, cause === undefined ? {} : { cause });
  const { error } = thrown;
  if (!(error instanceof Error)) return new Error(`${text}\n\n${details}`, { cause: error });
  error.message = `${error.message}\n\n${details}`;
  return error;
}

/** From the working directory, if it is in there: then it is the same on every machine. */
function shortest(path: string): string {
  const way = relative(cwd(), path);
  return way.startsWith("..") || isAbsolute(way) ? path : way;
}

/** Writes the page and the token, unless that is switched off, and returns the paths. */
async function written(
  { run: { name, place, options }, subject }: Running,
  { smallest, token }: Failure,
): Promise<Pick<FailureTold, "page" | "tokenFile">> {
  const { pages: folder = DEFAULTS.pages } = options;
  if (folder === false) return { page: undefined, tokenFile: undefined };
  const { seed } = smallest.plan;
  const path = shortest(join(folder, `${slugOf(name)}-${digestOf(place)}-${seed}`));
  const page = resolve(`${path}.html`);
  const tokenFile = token === undefined ? undefined : `${path}.token`;
  const result = { ...smallest.result, verdict: "violated" as const, violations: wrongs(smallest) };
  const title = `${place.fullName}, seed ${seed}`;
  const model = modelOf(subject.parts);
  await mkdir(resolve(folder), { recursive: true });
  const { story, slice, sometimes } = smallest;
  await writeFile(page, runPage({ title, result, story, slice, sometimes, model }));
  if (token !== undefined) await writeFile(`${path}.token`, `${token}\n`);
  return { page, tokenFile };
}
