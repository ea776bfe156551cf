import { checkArgument, rule, text as textRule } from "@kontiki/actors/node";
import type { Complaint } from "./complaint.ts";
import { readScenario } from "./define.ts";
import { nothingToJudge } from "./nothing-to-judge.ts";
import type { Scenario } from "./scenario.ts";
import { ScenarioError, type PlacedComplaint } from "./scenario-error.ts";
import { YamlSource } from "./yaml-source.ts";

const TEXT = rule("the text of a scenario in YAML", (value) => typeof value === "string");

/**
 * Reads a scenario written in YAML.
 *
 * @param text the content of the file.
 * @param path the path of the file, for messages. A scenario without a name gets the name of the file.
 * @throws ScenarioError that lists everything that is wrong, with line and column.
 */
export function parseScenario(text: string, path: string): Scenario {
  checkArgument("parseScenario", "text", TEXT, text);
  checkArgument("parseScenario", "path", textRule("the path of the file"), path);
  const source = new YamlSource(text, path);
  const name = nameIn(path);
  const { value } = source;
  if (value === null || value === undefined)
    throw new ScenarioError(path, [source.placed(NOTHING_WRITTEN)]);
  const isMapping = typeof value === "object" && !Array.isArray(value);
  const read = readScenario(isMapping ? { name, ...value } : value);
  const complaints = read.type === "wrong" ? read.complaints : nothingToJudge(read.scenario);
  if (read.type === "scenario" && complaints.length === 0) return read.scenario;
  throw new ScenarioError(path, inOrder(complaints.map((complaint) => source.placed(complaint))));
}

/** Such a file was cut off, or is not written yet. */
const NOTHING_WRITTEN: Complaint = {
  path: [],
  on: "value",
  text: "the scenario is empty: write what differs from the defaults, or {} if nothing does",
};

/** The name of a file, without its folder and its ending. Only Windows separates folders by backslashes. */
function nameIn(path: string): string {
  return /[^/\\]*$/.exec(path)?.[0].replace(/(?<=.)\.[^.]*$/, "") ?? path;
}

/** In the order of the text. */
function inOrder(complaints: readonly PlacedComplaint[]): readonly PlacedComplaint[] {
  const lineOf = ({ place }: PlacedComplaint): number => place?.line ?? 0;
  const columnOf = ({ place }: PlacedComplaint): number => place?.column ?? 0;
  return complaints.toSorted(
    (one, other) => lineOf(one) - lineOf(other) || columnOf(one) - columnOf(other),
  );
}
