/**
 * Mutants that no run can tell from the original, each with the argument. They are not counted.
 */
export const EQUIVALENTS: ReadonlyMap<string, string> = new Map([]);
