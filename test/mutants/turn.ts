import { exploreInSlices, finish, planOf, simulate, type ExploreOptions } from "@kontiki/testing";
import { HUNTS } from "./campaign.ts";
import type { Catch, HuntName } from "./hunt.ts";

/** The length of a hunt's turn, in ms. An exploration has a single turn. */
const TURN_MS = { simulation: 4_000, explorer: 20_000, threads: 0 } as const;

/** A hunt in progress. */
export type Going = {
  readonly name: HuntName;
  /** The number of seeds that a simulation has run. */
  seeds: number;
  /** The number of states that an exploration has seen. */
  states: number;
  /** Whether the hunt has ended: an exploration runs once. */
  isOver: boolean;
};

/**
 * Continues a hunt: runs at least one seed and as many as fit into its turn, or an exploration. Returns the violation.
 *
 * A mutant that throws is caught too: engines report violations and never throw.
 *
 * @param now a clock, in ms.
 * @param end the time when all hunts end.
 */
export function takeTurn(going: Going, now: () => number, end: number): Catch | undefined {
  const hunt = HUNTS[going.name];
  const { engine } = hunt;
  const until = Math.min(now() + TURN_MS[engine], end);
  try {
    if (hunt.engine === "threads") {
      // It has been made before: see `crash-hunt.ts`.
      going.isOver = true;
      return undefined;
    }
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

/** The property at the start of an explorer's violation, such as "Election Safety: ..."; names of nodes are lowercase. */
function checkOf(text: string): string {
  const [, name] = /^([A-Z][A-Za-z ]+): /.exec(text) ?? [];
  return name ?? "step";
}
