import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { env } from "node:process";
import { keyValueSpecification } from "../claims/specification.ts";
import { planFrom } from "../replay/recipe.ts";
import { TokenError } from "../replay/token-error.ts";
import { decodeToken } from "../replay/token.ts";
import { runPage } from "../report/run-page.ts";
import type { Plan } from "../run/plan.ts";
import { planOfParts } from "../scenario/own-plan.ts";
import type { SessionBody } from "../session/run-session.ts";
import { shrunkFailure, type Failure } from "./failure.ts";
import { failureText } from "./failure-text.ts";
import { partsOf, slugOf, type SimOptions } from "./sim-options.ts";
import { attempt, planOfSubject, wrongs, type Attempt, type Subject } from "./subject.ts";

const USUAL = { seeds: 10, shrinkMs: 20_000, pages: ".kontiki" };

/** A test of one name, as it is run. */
export type SimRun<Command, Result> = {
  readonly name: string;
  readonly options: SimOptions<Command, Result>;
  readonly body: SessionBody<Command, Result> | undefined;
};

/**
 * Runs a scenario with all its seeds, up to the first failure, which is shrunk and told.
 *
 * In the environment KONTIKI_SEED names the only seed that is tried, and KONTIKI_TOKEN a failure that is tried in place
 * of them.
 *
 * @throws the scenario function's own error, or an Error that says which check failed; both with the story behind.
 */
export async function runSim<Command, Result>(run: SimRun<Command, Result>): Promise<void> {
  const { name, options, body } = run;
  const parts = partsOf(name, options, body !== undefined);
  const subject: Subject = { parts, body: body as SessionBody | undefined };
  const { KONTIKI_TOKEN: token } = env;
  if (token !== undefined) {
    const data = { parts, body: undefined };
    const tried = await attempt(data, planOfToken(token, data), false);
    if (!isGood(tried)) throw await errorOf(run, data, tried);
    return;
  }
  for (const seed of seedsOf(options)) {
    const tried = await attempt(subject, planOfSubject(subject, seed), false);
    if (!isGood(tried)) throw await errorOf(run, subject, tried);
  }
}

function seedsOf({ seed, seeds = USUAL.seeds }: SimOptions): readonly number[] {
  const { KONTIKI_SEED: only } = env;
  if (only !== undefined) return [Number(only)];
  return seed === undefined ? Array.from({ length: seeds }, (_none, at) => at + 1) : [seed];
}

function planOfToken(word: string, { parts }: Subject): Plan {
  const token = decodeToken(word);
  if (token.type !== "run")
    throw new TokenError("the token is one of kontiki explore, which a test cannot replay");
  return planFrom(token.recipe, (scenario, seed) => planOfParts({ ...parts, scenario }, seed));
}

function isGood({ thrown, result }: Attempt): boolean {
  return thrown === undefined && result.verdict === "valid";
}

async function errorOf<Command, Result>(
  { name, options }: SimRun<Command, Result>,
  subject: Subject,
  failed: Attempt,
): Promise<Error> {
  const { seed } = failed.plan;
  if (wrongs(failed).length === 0)
    return new Error(`seed ${seed} shows nothing: ${failed.result.doubts.join("; ")}`);
  const { shrinkMs = USUAL.shrinkMs, pages = USUAL.pages } = options;
  const failure = await shrunkFailure(subject, failed, shrinkMs);
  const isOwn = options.machine !== undefined;
  const page = pages === false ? undefined : await written(pages, name, subject, failure);
  const details = failureText({ ...failure, name, seed, isOwn, page });
  return withDetails(failed, failure, details);
}

/** An assertion's own error keeps what the test runner shows of it: the difference, and the place. */
function withDetails({ thrown }: Attempt, { check, smallest }: Failure, details: string): Error {
  if (thrown?.error instanceof Error) {
    thrown.error.message = `${thrown.error.message}\n\n${details}`;
    return thrown.error;
  }
  const violation = wrongs(smallest).find((one) => one.check === check);
  return new Error(`${check}: ${violation?.text ?? ""}\n\n${details}`);
}

async function written(
  folder: string,
  name: string,
  { parts }: Subject,
  { smallest }: Failure,
): Promise<string> {
  const { seed } = smallest.plan;
  const path = resolve(join(folder, `${slugOf(name)}-${seed}.html`));
  const { model } =
    parts.machine === undefined ? keyValueSpecification : (parts.specification ?? {});
  const result = { ...smallest.result, verdict: "violated" as const, violations: wrongs(smallest) };
  const title = `${name}, seed ${seed}`;
  await mkdir(resolve(folder), { recursive: true });
  await writeFile(path, runPage({ title, result, story: smallest.story, model }));
  return path;
}
