import type { Caught } from "./engines.ts";

/** What a command found, and how much it did for that. */
export type Output = { readonly caught: Caught | undefined; readonly count: number };

/** The part of `kontiki run --json` that is used here. */
type RunOutput = {
  readonly scenarios: readonly {
    readonly scenario: string;
    readonly runs: number;
    readonly findings: readonly { readonly check: string; readonly text: string }[];
  }[];
};

/** The part of `kontiki explore --json` that is used here. */
type ExploreOutput = {
  readonly ended: string;
  readonly states: number;
  readonly never: readonly string[];
  readonly violation: { readonly text: string } | null;
};

/** Reads what `kontiki run --json` printed. */
export function readRuns(out: string): Output {
  const { scenarios } = JSON.parse(out) as RunOutput;
  const count = scenarios.reduce((sum, { runs }) => sum + runs, 0);
  const found = scenarios.flatMap(({ scenario, findings }) =>
    findings.map(({ check, text }) => ({ check, text: `${scenario}: ${text}` })),
  );
  return { caught: found[0], count };
}

/**
 * Reads what `kontiki explore --json` printed. A search that met everything it could, and never an event that it should
 * meet, has found something too.
 */
export function readExploration(out: string): Output {
  const { ended, states, never, violation } = JSON.parse(out) as ExploreOutput;
  if (violation !== null)
    return { caught: { check: checkOf(violation.text), text: violation.text }, count: states };
  const [first] = ended === "exhausted" ? never : [];
  const caught = first === undefined ? undefined : { check: "never met", text: first };
  return { caught, count: states };
}

/** The property at the start of a violation, such as "Election Safety: ..."; names of nodes are lowercase. */
function checkOf(text: string): string {
  const [, name] = /^([A-Z][A-Za-z ]+): /.exec(text) ?? [];
  return name ?? "step";
}
