import { isRecord, nearest, shown, type Rule } from "@kontiki/actors/node";

type Given = Readonly<Record<string, unknown>>;

/** The names in an operation. */
const NAMES: readonly string[] = [
  "process",
  "call",
  "input",
  "object",
  "order",
  "turn",
  "line",
  "endLine",
  "status",
  "return",
  "output",
];

const STATUS: readonly unknown[] = ["ok", "failed", "open"];

/** What is given where operations are needed: the checker must not take a word that it does not know for another one. */
export const givenOperations: Rule<readonly unknown[]> = (value, path) => {
  if (!Array.isArray(value)) return `${path} is ${shown(value)}: give a list`;
  for (const [at, operation] of value.entries()) {
    const problem = operationProblem(operation);
    if (problem !== undefined) return `${path}[${at}]${problem}`;
  }
  return undefined;
};

function operationProblem(given: unknown): string | undefined {
  if (!isRecord(given)) return ` is ${shown(given)}: give an operation`;
  const wrong = (name: string, give: string): string =>
    `.${name} is ${shown(given[name])}: give ${give}`;
  const { process, call, status, order, turn } = given;
  if (typeof process !== "string") return wrong("process", "a text");
  if (!Number.isFinite(call)) return wrong("call", "a finite number");
  if (!("input" in given)) return ".input is missing";
  if (!STATUS.includes(status)) return wrong("status", '"ok", "failed" or "open"');
  if (order !== undefined && !Number.isFinite(order)) return wrong("order", "a finite number");
  if (turn !== undefined && !Number.isSafeInteger(turn)) return wrong("turn", "a whole number");
  return endProblem(given, wrong) ?? strangeName(given);
}

/** A misspelt `order` would be ignored. */
function strangeName(given: Given): string | undefined {
  const strange = Object.keys(given).find((name) => !NAMES.includes(name));
  if (strange === undefined) return undefined;
  const near = nearest(strange, NAMES);
  const what = near === undefined ? `: it has ${NAMES.join(", ")}` : `: did you mean ${near}?`;
  return `.${strange} is not of an operation${what}`;
}

function endProblem(
  given: Given,
  wrong: (name: string, give: string) => string,
): string | undefined {
  const { call, status, return: end } = given;
  if (status === "open")
    return end === undefined ? undefined : wrong("return", "none, because it is open");
  if (!Number.isFinite(end)) return wrong("return", "a finite number");
  if ((end as number) < (call as number)) return wrong("return", `${String(call)} or later`);
  return undefined;
}
