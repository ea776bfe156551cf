import { INSTANCES, type NamedInstance } from "@kontiki/testing";

/** Options that change neither the states of a search nor their order. */
const HARMLESS = ["hashes", "time", "memory", "json"];

/** The instance with a name; undefined when no instance has it. */
export function instanceOf(name: string): NamedInstance | undefined {
  return INSTANCES.find((each) => each.name === name);
}

/** What of the configuration has an option of `kontiki explore`. */
const OPTIONS = ["preVote", "leases", "quorumBeats"];

/** The bounds of an instance, and what else was given: it replaces the instance's. */
export function withinInstance<Options extends object>(
  { options: { config, ...counts } }: NamedInstance,
  options: Options,
  given: readonly string[],
): Options {
  const isOption = ([name]: readonly [string, unknown]): boolean => OPTIONS.includes(name);
  const all = Object.entries(config ?? {});
  const named = [...Object.entries(counts), ...all.filter(isOption)];
  const kept = named.filter(([name]) => !given.includes(name));
  const others = all.filter((one) => !isOption(one));
  const rest = others.length === 0 ? {} : { config: Object.fromEntries(others) };
  return { ...options, ...Object.fromEntries(kept), ...rest };
}

/** Whether a search with these options must see the recorded states of its instance. */
export function isExact(given: readonly string[]): boolean {
  return given.every((name) => HARMLESS.includes(name));
}
