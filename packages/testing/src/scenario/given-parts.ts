import { callable, fields, needed, oneOf, rule, text, type Rule } from "@kontiki/actors/node";
import { givenSpecificationOrNone } from "../check/models/specification.ts";
import { givenScenario } from "./given-scenario.ts";
import { THROWS, type ScenarioParts } from "./parts.ts";

const parts: Rule<ScenarioParts> = fields<ScenarioParts>({
  scenario: needed(givenScenario),
  stateMachine: text("the URL of a module"),
  machine: callable(" that makes a state machine"),
  specification: givenSpecificationOrNone,
  commands: callable(" that draws a command from chance"),
  invariant: callable(" that looks at a machine"),
  throws: oneOf(...THROWS),
});

const isNoScenario = rule(
  "{ scenario }, as loadScenarioParts returns it",
  (value) => !isScenario(value),
);

/** What is given where the parts of a scenario are needed. */
export const givenParts: Rule<ScenarioParts> = (value, path) =>
  isNoScenario(value, path) ?? parts(value, path);

function isScenario(value: unknown): boolean {
  return typeof value === "object" && value !== null && "durationMs" in value;
}
