import {
  loadScenarioParts,
  modelOf,
  planFrom,
  planOfParts,
  runPage,
  runToken,
  shrinkInSlices,
  simulate,
  simulateOptions,
  tellRun,
  type Draw,
  TokenError,
  type Plan,
  type ScenarioParts,
  type Token,
} from "@kontiki/testing";
import { counted } from "../render/quantities.ts";
import type { Reproduction, Shrinking, TokenSubject } from "./failure-token.ts";

/** What a token of a simulated run stands for. @throws Error when its module or its plan cannot be had. */
export async function runSubject(token: Token & { readonly type: "run" }): Promise<TokenSubject> {
  const { module, recipe, isOwn } = token;
  if (isOwn === true) throw new TokenError(OF_A_TEST);
  // The scenario is that of the token: a module may have changed it since.
  const { scenario } = recipe.from === "plan" ? recipe.plan : recipe;
  const parts = { ...(module !== undefined && (await loadScenarioParts(module))), scenario };
  const draw: Draw = (of, seed) => planOfParts({ ...parts, scenario: of }, seed);
  return new RunSubject(planFrom(recipe, draw), parts, token, draw);
}

const OF_A_TEST =
  "the token is of a test with a state machine of its own, and is run again by the test: KONTIKI_TOKEN=... npx vitest run ...";

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

  async reproduce(): Promise<Reproduction> {
    const options = simulateOptions(this.#parts);
    const { result, story } = tellRun(this.#plan, options);
    const isSteady =
      result.hash === this.hash || simulate(this.#plan, options).hash === result.hash;
    const page = (): string =>
      runPage({ title: this.about, result, story, model: modelOf(this.#parts) });
    return { ...result, isSteady, story, page };
  }

  readonly shrinking = function* (this: RunSubject): Generator<Shrinking, Shrinking, void> {
    const options = simulateOptions(this.#parts);
    const failed = { plan: this.#plan, result: simulate(this.#plan, options) };
    const work = shrinkInSlices(failed, this.check, (plan) => simulate(plan, options));
    for (;;) {
      const next = work.next();
      const { plan, result, runs } = next.value;
      const failure = { check: this.check, hash: result.hash, module: this.#module };
      const token = (): string => runToken(plan, failure, this.#draw);
      const subject = new RunSubject(plan, this.#parts, failure, this.#draw);
      if (next.done === true) return { runs, token, subject };
      yield { runs, token, subject };
    }
  };
}

function aboutOf({ scenario, seed, nodes, faults, operations }: Plan): string {
  const size = [
    counted(nodes, "node"),
    counted(faults.length, "fault"),
    counted(operations.length, "operation"),
  ];
  return `${scenario.name}, seed ${seed}: ${size.join(", ")}`;
}
