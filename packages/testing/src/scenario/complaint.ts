import type { BaseIssue } from "valibot";

/** Names and places in lists, from the outermost to the innermost. */
export type Path = readonly (string | number)[];

/** One error in a scenario. */
export type Complaint = {
  /** Where in the scenario. */
  readonly path: Path;
  /** Whether the name at the end of the path is wrong, or its value. */
  readonly on: "key" | "value";
  /** What is wrong and what is allowed: the end of a sentence that begins with the path. */
  readonly text: string;
};

/** The errors that a schema found in the value at `path`. */
export function complaintsOf(
  issues: readonly BaseIssue<unknown>[],
  path: Path = [],
): readonly Complaint[] {
  return issues.map((issue) => {
    const keys = issue.path?.map(({ key }) => key as string | number) ?? [];
    const on = issue.expected === "never" ? "key" : "value";
    return { path: [...path, ...keys], on, text: issue.message };
  });
}

/** A path as people write it: `faults[0].crash.node`. */
export function pathText(path: Path): string {
  const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return text.replace(/^\./, "");
}
