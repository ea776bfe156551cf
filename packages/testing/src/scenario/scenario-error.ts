import { pathText, type Complaint } from "./complaint.ts";

/** A place in a text, both from 1. */
export type TextPlace = {
  /** The line. */
  readonly line: number;
  /** The column, in UTF-16 code units. */
  readonly column: number;
};

/** A complaint and where it is, when it is about a text. */
export type PlacedComplaint = Complaint & {
  /** Where it is, when it is about a text. */
  readonly place: TextPlace | undefined;
};

/**
 * Something is no scenario. The message has one line for each thing that is wrong: where it is (file, line and column for
 * YAML), what is wrong, and what may be there.
 */
export class ScenarioError extends Error {
  /** What tells it from other errors. */
  override readonly name = "ScenarioError";
  /** Each thing that is wrong. */
  readonly complaints: readonly PlacedComplaint[];

  /**
   * Everything that is wrong with one scenario.
   *
   * @param source the file, or whatever else people know the scenario by.
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
