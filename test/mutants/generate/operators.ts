import type { Argument, Expression, Node, Statement } from "oxc-parser";
import type { Splice } from "./splice.ts";

/** The place of a node: what its parents are, and whether its function returns nothing. */
export type Place = { readonly parent: Node | undefined; readonly returnsNothing: boolean };

const COMPARISONS: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
};

/** Calls that give the number next to the one they are given. */
const NEXT_TO = new Set(["indexAfter", "previousIndex", "nextTerm"]);

const OPPOSITES: Readonly<Record<string, string>> = {
  minIndex: "maxIndex",
  maxIndex: "minIndex",
  "Math.min": "Math.max",
  "Math.max": "Math.min",
};

/** A number larger than this is a limit: one more or less of it changes nothing that can be seen. */
const SMALL = 3;

/** All mutations of one node itself, in a fixed order. Those of its children are found separately. */
export function mutationsOf(node: Node, text: string, place: Place): readonly Splice[] {
  switch (node.type) {
    case "BinaryExpression":
      return [...comparisons(node, text), ...oneLess(node, text)];
    case "Literal":
      return literal(node, place);
    case "CallExpression":
      return calls(node, text);
    case "LogicalExpression":
      return [
        ...(node.operator === "??" ? [] : [becomes("condition", node, node.left, text)]),
        becomes("condition", node, node.right, text),
      ];
    case "UnaryExpression":
      return node.operator === "!" ? [becomes("condition", node, node.argument, text)] : [];
    case "ConditionalExpression":
      return [node.consequent, node.alternate].map((one) => becomes("condition", node, one, text));
    case "IfStatement":
      return node.alternate === null ? [{ ...at("condition", node), replace: ";" }] : [];
    case "ExpressionStatement":
      return isEffect(node.expression) ? [{ ...at("effect", node), replace: ";" }] : [];
    case "ReturnStatement":
      return place.returnsNothing && node.argument?.type === "CallExpression"
        ? [{ ...at("effect", node), replace: "return;" }]
        : [];
    case "ObjectExpression":
      return updates(node, text);
    case "ArrayExpression":
      return isListOfEffects(place.parent) ? elements(node, text) : [];
    case "BlockStatement":
      return swaps(node.body, text);
    case "SwitchCase":
      return swaps(node.consequent, text);
    default:
      return [];
  }
}

type Of<T extends Node["type"]> = Extract<Node, { readonly type: T }>;

function at(kind: Splice["kind"], { start, end }: Node): Omit<Splice, "replace"> {
  return { kind, start, end };
}

/** In parentheses: the part may bind less tightly than the whole, or begin with a brace. */
function becomes(kind: Splice["kind"], whole: Node, part: Node, text: string): Splice {
  return { ...at(kind, whole), replace: `(${text.slice(part.start, part.end)})` };
}

function comparisons(node: Of<"BinaryExpression">, text: string): readonly Splice[] {
  const operator = COMPARISONS[node.operator];
  if (operator === undefined) return [];
  const [left, right] = [node.left, node.right].map((one) => text.slice(one.start, one.end));
  return [{ ...at("comparison", node), replace: `${left} ${operator} ${right}` }];
}

/** `a + 1` and `a - 1` become `a`. */
function oneLess(node: Of<"BinaryExpression">, text: string): readonly Splice[] {
  const { operator, right } = node;
  const isOne = right.type === "Literal" && right.value === 1;
  return isOne && (operator === "+" || operator === "-")
    ? [becomes("bound", node, node.left, text)]
    : [];
}

function literal(node: Of<"Literal">, { parent }: Place): readonly Splice[] {
  const { value } = node;
  if (typeof value !== "number" || value > SMALL || parent?.type === "BinaryExpression") return [];
  return [{ ...at("bound", node), replace: String(value + 1) }];
}

function calls(node: Of<"CallExpression">, text: string): readonly Splice[] {
  const { callee } = node;
  const name = text.slice(callee.start, callee.end).replace(/<.*>$/, "");
  const opposite = OPPOSITES[name];
  const [first, second] = node.arguments;
  if (opposite !== undefined) return [{ ...at("bound", callee), replace: opposite }];
  if (NEXT_TO.has(name) && first !== undefined && second === undefined)
    return [becomes("bound", node, first, text)];
  return [];
}

/** An expression whose value is not used: it is there for what it does. */
function isEffect({ type }: Expression): boolean {
  return (
    type === "CallExpression" || type === "AssignmentExpression" || type === "UpdateExpression"
  );
}

/** `{ ...state, commit }` becomes `{ ...state }`: a field keeps its value. */
function updates({ properties }: Of<"ObjectExpression">, text: string): readonly Splice[] {
  if (properties[0]?.type !== "SpreadElement") return [];
  return properties.flatMap((property, place) =>
    property.type === "SpreadElement" ? [] : [without("effect", properties, place, text)],
  );
}

/** Drops each element, and swaps each with the next one. */
function elements({ elements: all }: Of<"ArrayExpression">, text: string): readonly Splice[] {
  const there = all.filter((element) => element !== null);
  const drops = there.map((_, place) => without("effect", there, place, text));
  return [...drops, ...swapped("order", there, text)];
}

function isListOfEffects(parent: Node | undefined): boolean {
  return (
    parent?.type === "Property" && parent.key.type === "Identifier" && parent.key.name === "effects"
  );
}

/** A list without one of its members and the comma next to it. */
function without(
  kind: Splice["kind"],
  list: readonly (Node | Argument)[],
  place: number,
  text: string,
): Splice {
  const [one, next, before] = [list[place], list[place + 1], list[place - 1]];
  const [start, end] = [one?.start ?? 0, one?.end ?? 0];
  if (next !== undefined) return { kind, start, end: next.start, replace: "" };
  if (before !== undefined) return { kind, start: before.end, end, replace: "" };
  return { kind, start, end: text[end] === "," ? end + 1 : end, replace: "" };
}

/** Swaps neighbours that are statements with an effect. The order of two assignments rarely matters, so one is a call. */
function swaps(body: readonly Statement[], text: string): readonly Splice[] {
  const isOne = (statement: Statement): boolean =>
    statement.type === "ExpressionStatement" && isEffect(statement.expression);
  const isCall = (statement: Statement): boolean =>
    statement.type === "ExpressionStatement" && statement.expression.type === "CallExpression";
  return body.flatMap((statement, place) => {
    const next = body[place + 1];
    const both = next !== undefined && isOne(statement) && isOne(next);
    if (both && writesApart(statement, next, text)) return [];
    return both && (isCall(statement) || isCall(next))
      ? swapped("order", [statement, next], text)
      : [];
  });
}

/** Whether both write numbers, at different places that are literals: no order of them gives other bytes. */
function writesApart(first: Statement, second: Statement, text: string): boolean {
  const [one, other] = [first, second].map((statement) => {
    const call = statement.type === "ExpressionStatement" ? statement.expression : undefined;
    if (call?.type !== "CallExpression") return undefined;
    const writes = /^(?:\w+\.write|set)(?:Big)?U?[iI]nt\w*$/.test(
      text.slice(call.callee.start, call.callee.end),
    );
    const places = call.arguments.filter(({ type }) => type === "Literal");
    return writes && places.length === 1 ? text.slice(places[0]?.start, places[0]?.end) : undefined;
  });
  return one !== undefined && other !== undefined && one !== other;
}

function swapped(kind: Splice["kind"], list: readonly Node[], text: string): readonly Splice[] {
  return list.slice(1).map((second, place) => {
    const first = list[place] ?? second;
    const part = (from: number, to: number): string => text.slice(from, to);
    const replace =
      part(second.start, second.end) + part(first.end, second.start) + part(first.start, first.end);
    return { kind, start: first.start, end: second.end, replace };
  });
}
