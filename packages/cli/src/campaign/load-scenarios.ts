import { badInput } from "../output/check-failure.ts";
import type { Engines } from "../engines/engines.ts";
import { messageOf } from "../output/error-text.ts";

/** Stands for all shipped scenarios. */
export const ALL = "all";

/** A scenario from the command line: what to load it from, and its name. */
export type NamedScenario = {
  readonly source: string;
  readonly name: string;
  readonly about: string;
};

/**
 * Loads all these scenarios before any of them runs, so that a broken one is reported first.
 *
 * @throws CheckFailure when one cannot be loaded.
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
