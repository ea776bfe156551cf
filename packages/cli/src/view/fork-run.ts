import {
  decodeToken,
  forked,
  parseScenario,
  planFrom,
  planOf,
  ScenarioError,
  TokenError,
  type Fork,
  type ForkChange,
  type Simulation,
  type SliceOptions,
} from "@kontiki/testing";
import { recordRun } from "./record-run.ts";
import type { Recording } from "./recording.ts";

/**
 * What a page asks of a run: the run of a token, with changes from a moment on. The page runs this file itself, in a worker:
 * nothing here needs Node.
 */
export type AskedRun = {
  readonly token: string;
  readonly fork: AskedFork | undefined;
};

/** Changes as a page has them: faults are texts, as in a scenario. */
export type AskedFork = { readonly at: number; readonly changes: readonly AskedChange[] };

export type AskedChange =
  | Exclude<ForkChange, { readonly type: "fault" }>
  | { readonly type: "fault"; readonly text: string };

/** Runs and records it; undefined when `slices` ends it early. @throws Error that says what is wrong with the request */
export async function runAsked(
  { token, fork }: AskedRun,
  slices?: SliceOptions<Simulation>,
): Promise<Recording | undefined> {
  const content = decodeToken(token);
  if (content.type !== "run" || content.module !== undefined || content.isOwn === true)
    throw new TokenError("a page runs only tokens of scenarios without a module of their own");
  const plan = planFrom(content.recipe, planOf);
  const { scenario } = plan;
  const changed = fork === undefined ? plan : forked(plan, forkOf(fork, scenario.nodes));
  return recordRun({ plan: changed, parts: { scenario }, command: undefined }, slices);
}

function forkOf({ at, changes }: AskedFork, nodes: number): Fork {
  return { at, changes: changes.map((change) => changeOf(change, nodes)) };
}

function changeOf(change: AskedChange, nodes: number): ForkChange {
  if (change.type !== "fault") return change;
  const fault = faultIn(change.text, nodes);
  return { type: "fault", fault };
}

/** Reads a fault as a scenario has it, such as `crash: n2` or `for: 1s, pause: leader`. */
function faultIn(
  text: string,
  nodes: number,
): Extract<ForkChange, { readonly type: "fault" }>["fault"] {
  const timed = /\bat:/.test(text) ? text : `at: 0ms, ${text}`;
  try {
    const { faults } = parseScenario(`nodes: ${nodes}\nfaults:\n  - { ${timed} }\n`, "fault.yaml");
    const [fault] = faults;
    if (fault !== undefined && faults.length === 1) return fault;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new TypeError(error.complaints.map((one) => one.text).join("; "), { cause: error });
  }
  throw new TypeError("give one fault, such as crash: n2");
}
