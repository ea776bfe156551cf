/** What the page of the test of `@kontiki/testing/browser` runs: see `bundle.ts`. Node runs it as well. */
import {
  decodeToken,
  explore,
  INSTANCES,
  checkLinearizable,
  interpretHistory,
  models,
  parseHistory,
  parseScenario,
  planFrom,
  planOf,
  runToken,
  shrink,
  simulate,
  storyText,
  tellRun,
} from "@kontiki/testing/browser";

/** Runs are cut off here, in ms: most faults of the scenarios have begun by then. */
const DURATION_MAX = 1_100;

/** What is done in Node and in the browser, to compare the results. */
export const engine = {
  /** Of each run of a seed its hash, its verdict and its number of events. */
  runs(jobs: readonly (readonly [yaml: string, path: string, seed: number])[]): readonly string[] {
    return jobs.map(([yaml, path, seed]) => {
      const scenario = parseScenario(yaml, path);
      const durationMs = Math.min(scenario.durationMs, DURATION_MAX);
      const { hash, verdict, events } = simulate(planOf({ ...scenario, durationMs }, seed));
      return `${path} ${seed}: ${hash} ${verdict} ${events}`;
    });
  },
  /** The token of the first violation of a run, made small. */
  token(yaml: string, path: string, seed: number): string {
    const plan = planOf(parseScenario(yaml, path), seed);
    const result = simulate(plan);
    const { check = "" } = result.violations[0] ?? {};
    const small = shrink({ plan, result }, check, (one) => simulate(one));
    return runToken(small.plan, { check, hash: small.result.hash }, planOf);
  },
  /** The content of a token, as JSON. */
  content: (token: string): string => JSON.stringify(decodeToken(token)),
  story(token: string): string {
    const content = decodeToken(token);
    if (content.type !== "run") throw new Error("the token is not of a run");
    return storyText(tellRun(planFrom(content.recipe, planOf)).story);
  },
  /** How many states an instance of the explorer has. */
  explored(name: string): number {
    const instance = INSTANCES.find((one) => one.name === name);
    return explore(instance?.options).states;
  },
  judged(jsonl: string): string {
    const history = interpretHistory(parseHistory(jsonl, "jsonl"), models.register);
    return checkLinearizable(history, models.register).verdict;
  },
};

Object.assign(globalThis, { engine });
