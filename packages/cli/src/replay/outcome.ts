import type { Violation } from "@kontiki/testing";
import type { Reproduction, TokenSubject } from "./token-subject.ts";

/** How a run stands to what its token says of it. */
export type Outcome =
  /** The same check failed. `isSame`: and all that happened is the same. */
  | { readonly type: "reproduced"; readonly violation: Violation; readonly isSame: boolean }
  /** Another check failed, or none. `isSame`: yet all that happened is the same, so that it is the checks that differ. */
  | {
      readonly type: "another";
      readonly violation: Violation | undefined;
      readonly isSame: boolean;
    };

/** Compares a run with what its token says of it. */
export function outcomeOf(subject: TokenSubject, { violations, hash }: Reproduction): Outcome {
  const same = violations.find(({ check }) => check === subject.check);
  const isSame = subject.hash === hash;
  if (same !== undefined) return { type: "reproduced", violation: same, isSame };
  return { type: "another", violation: violations[0], isSame: isSame && hash !== undefined };
}

/** An outcome in a line or two. */
export function outcomeText(
  subject: TokenSubject,
  outcome: Outcome,
  { verdict, doubts, isSteady }: Reproduction,
): string {
  const { violation, isSame } = outcome;
  const failed = violation === undefined ? "" : `${violation.check}: ${violation.text}`;
  if (outcome.type === "reproduced")
    return isSame
      ? `reproduced: ${failed}`
      : `reproduced: ${failed}\n${isSteady ? OTHER_WAY : UNSTEADY}`;
  const now = violation === undefined ? `this run is ${verdict}` : `this run violated ${failed}`;
  return [
    `not reproduced: the token says ${subject.check}, ${now}`,
    ...doubts.map((doubt) => `  ${doubt}`),
    isSame ? OTHER_CHECKS : isSteady ? OTHER_CODE : UNSTEADY,
  ].join("\n");
}

const OTHER_WAY =
  "It came about in another way: the code is not that which the token was made with.";
const UNSTEADY =
  "The same plan gave something else when it was run again: something in the state machine or test is not of the simulation, such as time or chance.";
const OTHER_CODE = "Other things happened: the code is not that which the token was made with.";
const OTHER_CHECKS =
  "The same things happened: the checks are not those which the token was made with.";
