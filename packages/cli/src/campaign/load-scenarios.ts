import { badInput } from "../output/check-failure.ts";
import type { Engines } from "../engines/engines.ts";
import { messageOf } from "../session/answer.ts";

/** Stands for all scenarios that are shipped. */
const ALL = "all";

/** A scenario that was asked for: how to load it anew, and its name. */
export type NamedScenario = {
  readonly source: string;
  readonly name: string;
  readonly about: string;
};

/**
 * Loads what was asked for, to see that all of it is right before anything runs.
 *
 * @throws CheckFailure when one is not.
 */
export async function loadScenarios(
  sources: readonly string[],
  { scenarioNames, loadScenario }: Engines,
): Promise<readonly NamedScenario[]> {
  const wanted: string[] = [];
  for (const source of sources) wanted.push(...(source === ALL ? await scenarioNames() : [source]));
  const loaded: NamedScenario[] = [];
  for (const source of new Set(wanted)) {
    try {
      const { name, about } = await loadScenario(source);
      loaded.push({ source, name, about });
    } catch (error) {
      throw badInput(messageOf(error));
    }
  }
  return loaded;
}
