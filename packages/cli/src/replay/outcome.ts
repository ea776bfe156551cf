import type { Violation } from "@kontiki/testing";
import type { Reproduction, TokenSubject } from "./token-subject.ts";

/** How a run compares with what its token says. */
export type Outcome =
  /** The same check failed. `isSame`: the entire run is the same, too. */
  | { readonly type: "reproduced"; readonly violation: Violation; readonly isSame: boolean }
  /** The token is of a run in which nothing failed, and the run is the same. */
  | { readonly type: "passed"; readonly violation: undefined; readonly isSame: true }
  /** Another check failed, or none. `isSame`: the run is the same, so the checks differ. */
  | {
      readonly type: "another";
      readonly violation: Violation | undefined;
      readonly isSame: boolean;
    };

/** Compares a run with what its token says. */
export function outcomeOf(subject: TokenSubject, { violations, hash }: Reproduction): Outcome {
  const same = violations.find(({ check }) => check === subject.check);
  const isSame = subject.hash === hash;
  if (subject.check === "" && isSame && violations.length === 0)
    return { type: "passed", violation: undefined, isSame };
  if (same !== undefined) return { type: "reproduced", violation: same, isSame };
  return { type: "another", violation: violations[0], isSame: isSame && hash !== undefined };
}

/** An outcome in one or more lines. */
export function outcomeText(
  subject: TokenSubject,
  outcome: Outcome,
  { verdict, doubts, isDeterministic }: Reproduction,
): string {
  const { violation, isSame } = outcome;
  if (outcome.type === "passed") return `reproduced: nothing failed, the run is ${verdict}`;
  const failed = violation === undefined ? "" : `${violation.check}: ${violation.text}`;
  if (outcome.type === "reproduced")
    return isSame
      ? `reproduced: ${failed}`
      : `reproduced: ${failed}\n${isDeterministic ? OTHER_WAY : NONDETERMINISTIC}`;
  const now = violation === undefined ? `this run is ${verdict}` : `this run violated ${failed}`;
  return [
    `not reproduced: the token says ${subject.check === "" ? "that nothing failed" : subject.check}, ${now}`,
    ...doubts.map((doubt) => `  ${doubt}`),
    isSame ? OTHER_CHECKS : isDeterministic ? OTHER_CODE : NONDETERMINISTIC,
  ].join("\n");
}

const OTHER_WAY = "The check failed in another way: the code has changed since the token was made.";
const NONDETERMINISTIC =
  "A second run of the same plan was different: the state machine or the test uses something outside the simulation, such as time or chance.";
const OTHER_CODE = "The run was different: the code has changed since the token was made.";
const OTHER_CHECKS = "The run was the same: the checks have changed since the token was made.";
