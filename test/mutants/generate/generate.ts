import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync, visitorKeys, type Node } from "oxc-parser";
import type { Planted } from "../planted.ts";
import { editOf } from "./edit-of.ts";
import { mutationsOf, type Place } from "./operators.ts";
import { filesToMutate } from "./scope.ts";
import type { Splice } from "./splice.ts";

/** A mutation and the function that it is in. */
type Found = Splice & { readonly within: string };

/** Every mutation of every file in scope, in a fixed order. */
export function generated(root: string): readonly Planted[] {
  return filesToMutate(root).flatMap((file) =>
    mutantsOf(file, readFileSync(join(root, file), "utf8")),
  );
}

/**
 * Every mutation of one file. A name consists of the file, the function, the kind, and a number within these, so that it
 * stays the same when another function changes.
 *
 * @throws Error when the text is not TypeScript.
 */
export function mutantsOf(file: string, text: string): readonly Planted[] {
  const counts = new Map<string, number>();
  return mutationsIn(file, text).map((found) => {
    const { kind, within, start, end, replace } = found;
    const key = `${shortName(file)}:${within}/${kind}`;
    const number = (counts.get(key) ?? 0) + 1;
    counts.set(key, number);
    const about = `In ${within}, ${oneLine(text.slice(start, end))} becomes ${oneLine(replace)}.`;
    return { id: `${key}-${number}`, kind, about, edits: [editOf(file, text, found)] };
  });
}

function mutationsIn(file: string, text: string): readonly Found[] {
  const { program, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  const found: Found[] = [];
  const visit = (node: Node, place: Place, within: string): void => {
    if (isOutside(node)) return;
    const name = nameOf(node) ?? within;
    const inside = { parent: node, returnsNothing: returnsNothing(node) ?? place.returnsNothing };
    if (within !== "")
      for (const splice of mutationsOf(node, text, place)) found.push({ ...splice, within });
    for (const child of childrenOf(node)) visit(child, inside, name);
  };
  visit(program, { parent: undefined, returnsNothing: false }, "");
  return found;
}

/**
 * Errors, assertions, types and texts are not what the code does, and a constructor only keeps what it is given: without it
 * nothing works at all.
 */
function isOutside(node: Node): boolean {
  switch (node.type) {
    case "ThrowStatement":
    case "TemplateLiteral":
      return true;
    case "ExpressionStatement":
      return isAssertion(node.expression);
    case "MethodDefinition":
      return node.kind === "constructor";
    default:
      return node.type.startsWith("TS") && !("expression" in node);
  }
}

function isAssertion(node: Node): boolean {
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return false;
  return node.callee.name.startsWith("assert");
}

/** The name of a function, a method, or a constant that is a function at the top of a file. */
function nameOf(node: Node): string | undefined {
  switch (node.type) {
    case "FunctionDeclaration":
      return node.id?.name;
    case "MethodDefinition":
    case "PropertyDefinition":
      if (node.key.type === "PrivateIdentifier") return `#${node.key.name}`;
      return node.key.type === "Identifier" ? node.key.name : undefined;
    default:
      return undefined;
  }
}

/** Whether a function returns nothing; undefined for everything that is not a function. */
function returnsNothing(node: Node): boolean | undefined {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return node.returnType?.typeAnnotation.type === "TSVoidKeyword";
    default:
      return undefined;
  }
}

function childrenOf(node: Node): readonly Node[] {
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  return (visitorKeys[node.type] ?? [])
    .flatMap((key) => fields[key])
    .filter((child): child is Node => typeof child === "object" && child !== null);
}

/** `packages/core/src/vote.ts` as `core/vote`. */
function shortName(file: string): string {
  return file
    .replace(/^packages\//, "")
    .replace("/src/", "/")
    .replace(/\.ts$/, "");
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  if (line === "" || line === ";") return "nothing";
  return line.length > 100 ? `\`${line.slice(0, 99)}…\`` : `\`${line}\``;
}
