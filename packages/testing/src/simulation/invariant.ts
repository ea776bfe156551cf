import { messageOf, shown, type StateMachine } from "@kontiki/actors/node";
import type { Invariant, Throws } from "../scenario/parts.ts";
import type { Surroundings } from "../surroundings.ts";

/** What a test demands of its state machines. */
export type MachineRules = {
  readonly invariant: Invariant | undefined;
  readonly throws: Throws;
};

/** Where an invariant looks, and what gets its findings. */
type Look = {
  readonly node: string;
  /** The time and the chance that the invariant sees. */
  readonly around: Surroundings;
  /** For the text of a finding. A function, because it is needed only then. */
  readonly when: () => string;
  readonly wrong: (what: string, error: unknown, check: string) => void;
};

/** Checks the invariant of a machine, if there is one. */
export function checkInvariant(
  { invariant }: MachineRules,
  machine: StateMachine,
  { node, around, when, wrong }: Look,
): void {
  if (invariant === undefined) return;
  try {
    const what = wrongIn(around.during(() => invariant(machine, node)));
    if (what !== undefined) wrong(`${when()}: ${what}`, undefined, "invariant");
  } catch (error) {
    wrong(`${when()}: ${messageOf(error)}`, error, "invariant");
  }
}

/** What an answer of an invariant means; undefined when it holds. */
function wrongIn(answer: unknown): string | undefined {
  if (answer === false) return "the invariant does not hold";
  if (typeof answer === "string") return answer;
  if (answer === undefined || answer === true) return undefined;
  if (answer instanceof Promise) {
    answer.catch(() => undefined);
    return "the invariant returned a Promise: it must return at once";
  }
  // An assertion library may return an object.
  if (typeof answer === "object" && answer !== null) return undefined;
  return `the invariant returned ${shown(answer)}: let it return whether it holds, a text, or nothing`;
}
