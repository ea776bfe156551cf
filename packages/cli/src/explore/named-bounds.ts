import { INSTANCES, type NamedInstance } from "@kontiki/testing";

/** Options that change neither the states of a search nor their order. */
const HARMLESS = ["hashes", "time", "memory", "json"];

/** The instance with a name; undefined when no instance has it. */
export function instanceOf(name: string): NamedInstance | undefined {
  return INSTANCES.find((each) => each.name === name);
}

/** The bounds of an instance, and what else was given: it replaces the instance's. */
export function withinInstance<Options extends object>(
  { options: { config, ...counts } }: NamedInstance,
  options: Options,
  given: readonly string[],
): Options {
  const named = Object.entries({ ...counts, ...config });
  const kept = named.filter(([name]) => !given.includes(name));
  return { ...options, ...Object.fromEntries(kept) };
}

/** Whether a search with these options must see the recorded states of its instance. */
export function isExact(given: readonly string[]): boolean {
  return given.every((name) => HARMLESS.includes(name));
}
