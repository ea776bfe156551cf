import {
  finishInSlices,
  loadScenarioParts,
  modelOf,
  planFrom,
  planOfParts,
  runPage,
  runToken,
  shrinkInSlices,
  simulateInSlices,
  simulateOptions,
  tellRunInSlices,
  TokenError,
  type Draw,
  type Plan,
  type RunResult,
  type ScenarioParts,
  type Shrunk,
  type Simulation,
  type SliceOptions,
  type Token,
  type Work,
} from "@kontiki/testing";
import { aboutOf } from "./about.ts";
import type { Reproduction, Shrinking, TokenSubject } from "./token-subject.ts";

type RunToken = Token & { readonly type: "run" };

/** What a token of a simulated run says to run. */
export type TokenRun = {
  readonly plan: Plan;
  readonly parts: ScenarioParts;
  /** Draws plans of the token's scenario. */
  readonly draw: Draw;
};

/** The run of a token. @throws Error when its module cannot be loaded or its plan cannot be drawn. */
export async function tokenRun({ module, recipe, isOwn }: RunToken): Promise<TokenRun> {
  if (isOwn === true) throw new TokenError(OF_A_TEST);
  // The scenario comes from the token: the module's may have changed since.
  const { scenario } = recipe.from === "plan" ? recipe.plan : recipe;
  const parts = { ...(module !== undefined && (await loadScenarioParts(module))), scenario };
  const draw: Draw = (of, seed) => planOfParts({ ...parts, scenario: of }, seed);
  return { plan: planFrom(recipe, draw), parts, draw };
}

/** The subject of a token of a simulated run. @throws Error as {@link tokenRun}. */
export async function runSubject(token: RunToken): Promise<TokenSubject> {
  const { plan, parts, draw } = await tokenRun(token);
  return new RunSubject(plan, parts, token, draw);
}

const OF_A_TEST =
  "the token is of a test with its own state machine, and only the test can run it again: KONTIKI_TOKEN=... npx vitest run ...";

/** What shrinking knows of the smallest failure so far. */
type Smaller = Pick<Shrunk, "plan" | "runs"> & { readonly result: Pick<RunResult, "hash"> };

class RunSubject implements TokenSubject {
  readonly about: string;
  readonly check: string;
  readonly hash: string;
  readonly #plan: Plan;
  readonly #parts: ScenarioParts;
  readonly #module: string | undefined;
  readonly #draw: Draw;

  constructor(
    plan: Plan,
    parts: ScenarioParts,
    { check, hash, module }: Pick<Token & { readonly type: "run" }, "check" | "hash" | "module">,
    draw: Draw,
  ) {
    this.about = aboutOf(plan);
    this.check = check;
    this.hash = hash;
    this.#plan = plan;
    this.#parts = parts;
    this.#module = module;
    this.#draw = draw;
  }

  async reproduce(slices?: SliceOptions<Simulation>): Promise<Reproduction | undefined> {
    const options = simulateOptions(this.#parts);
    const first = await finishInSlices(tellRunInSlices(this.#plan, options), slices);
    if (first === undefined) return undefined;
    const { result, story, slice, sometimes } = first;
    const again =
      result.hash === this.hash
        ? result
        : await finishInSlices(simulateInSlices(this.#plan, options), slices);
    if (again === undefined) return undefined;
    const isDeterministic = again.hash === result.hash;
    const page = (): string =>
      runPage({
        title: this.about,
        result,
        story,
        slice,
        sometimes,
        model: modelOf(this.#parts),
      });
    return { ...result, isDeterministic, story, slice, sometimes, page };
  }

  readonly shrinking = function* (this: RunSubject): Work<Shrinking, Shrinking> {
    const options = simulateOptions(this.#parts);
    const run = (plan: Plan): Work<RunResult, unknown> => simulateInSlices(plan, options);
    const first = run(this.#plan);
    let slice = first.next();
    for (; slice.done !== true; slice = first.next())
      yield this.#smaller({ plan: this.#plan, result: { hash: this.hash }, runs: 0 });
    const failed = { plan: this.#plan, result: slice.value };
    const work = shrinkInSlices(failed, this.check, run);
    for (;;) {
      const next = work.next();
      const smaller = this.#smaller(next.value);
      if (next.done === true) return smaller;
      yield smaller;
    }
  };

  #smaller({ plan, result: { hash }, runs }: Smaller): Shrinking {
    const failure = { check: this.check, hash, module: this.#module };
    const token = (): string => runToken(plan, failure, this.#draw);
    return { runs, token, subject: new RunSubject(plan, this.#parts, failure, this.#draw) };
  }
}
