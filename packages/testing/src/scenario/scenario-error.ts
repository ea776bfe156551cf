import { pathText, type Complaint } from "./complaint.ts";

/** A place in a text, both from 1. */
export type TextPlace = {
  /** The line. */
  readonly line: number;
  /** The column, in UTF-16 code units. */
  readonly column: number;
};

/** A complaint and its place, when it is about a text. */
export type PlacedComplaint = Complaint & {
  /** Its place; undefined for a scenario that is not a text. */
  readonly place: TextPlace | undefined;
};

/**
 * A scenario is wrong. The message has one line for each error: where it is (file, line and column for YAML), what is
 * wrong, and what is allowed there.
 */
export class ScenarioError extends Error {
  /** What tells it from other errors. */
  override readonly name = "ScenarioError";
  /** Each thing that is wrong. */
  readonly complaints: readonly PlacedComplaint[];

  /**
   * Everything that is wrong with one scenario.
   *
   * @param source the file, or another name of the scenario that people know.
   */
  constructor(source: string, complaints: readonly PlacedComplaint[]) {
    super(complaints.map((complaint) => line(source, complaint)).join("\n"));
    this.complaints = complaints;
  }
}

function line(source: string, { path, text, place }: PlacedComplaint): string {
  const where = place === undefined ? source : `${source}:${place.line}:${place.column}`;
  return [`${where}:`, pathText(path), text].filter((part) => part !== "").join(" ");
}
