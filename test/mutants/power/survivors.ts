/** What is known about mutants that survived: what a run that shows them would need. */
export const NOTES: ReadonlyMap<string, string> = new Map([]);
