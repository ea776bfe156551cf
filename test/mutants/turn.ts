import { exploreInSlices, finish, planOf, simulate, type ExploreOptions } from "@kontiki/testing";
import { HUNTS } from "./campaign.ts";
import type { Catch, HuntName } from "./hunt.ts";

/** How long a hunt goes on before the next has its turn, in ms. An exploration has one turn. */
const TURN_MS = { simulation: 4_000, explorer: 20_000 } as const;

/** A hunt that is under way. */
export type Going = {
  readonly name: HuntName;
  /** Seeds that were run, of a simulation. */
  seeds: number;
  /** States that were seen, of an exploration. */
  states: number;
  /** Whether there is nothing more to do: an exploration is made once. */
  isOver: boolean;
};

/**
 * Goes on with a hunt: at least one seed and as many as fit into its turn, or an exploration. Gives what was caught.
 *
 * What throws anything is caught as well: engines give violations, and throw nothing.
 *
 * @param now in ms.
 * @param end when all hunts end, by `now`.
 */
export function takeTurn(going: Going, now: () => number, end: number): Catch | undefined {
  const hunt = HUNTS[going.name];
  const { engine } = hunt;
  const until = Math.min(now() + TURN_MS[engine], end);
  try {
    if (hunt.engine === "explorer") return explored(going, hunt.options, () => now() >= until);
    do {
      going.seeds += 1;
      const { violations } = simulate(planOf(hunt.scenario, going.seeds));
      const [first] = violations;
      if (first !== undefined)
        return { hunt: going.name, engine, check: first.check, text: first.text };
    } while (now() < until);
    return undefined;
  } catch (error) {
    return { hunt: going.name, engine, check: "exception", text: String(error) };
  }
}

function explored(going: Going, options: ExploreOptions, stop: () => boolean): Catch | undefined {
  going.isOver = true;
  const { states, violation } = finish(exploreInSlices({ ...options, stop }));
  going.states = states;
  if (violation === undefined) return undefined;
  const { text } = violation;
  return { hunt: going.name, engine: "explorer", check: checkOf(text), text };
}

/** The property that a violation of the explorer begins with, such as "Election Safety: ..."; nodes have small letters. */
function checkOf(text: string): string {
  const [, name] = /^([A-Z][A-Za-z ]+): /.exec(text) ?? [];
  return name ?? "step";
}
