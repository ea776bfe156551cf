import { isNodeId } from "@kontiki/core";
import { whyNotPlain } from "./plain-options.ts";
import { isRecord, listOf, shown, text, type Rule } from "./rules.ts";

/** A text that may name a node; whether there is one of this name is another question. */
export const someNode: Rule<string> = text("the name of a node");

/**
 * Words that commands and scenarios read in the place of a node's name. A node with such a name could not be named, or
 * another node would be hit in its place.
 */
export const WORDS_FOR_NODES: readonly string[] = [
  "leader",
  "follower",
  "any",
  "all",
  "minority",
  "majority",
];

/** Why a node cannot have this name, though its letters are right; undefined when it can. */
export function whyNoName(name: unknown): string | undefined {
  // A data directory has a folder with this name.
  if (name === "lock") return "which cannot name a node";
  if (!WORDS_FOR_NODES.some((word) => word === name)) return undefined;
  return "which commands read as a word for nodes, not as a name";
}

/** A name that a node can have. */
export const nodeName: Rule<string> = (value, path) => {
  const why = whyNoName(value);
  if (why !== undefined) return `${path} is ${shown(value)}, ${why}: choose another name`;
  if (isNodeId(value)) return undefined;
  return `${path} is ${shown(value)}: give a name of a-z, 0-9 and -, a letter first, 64 at most`;
};

/** A list of different names, 1 to `most` of them. `give` says what is allowed. */
export function nodeNames<Name extends string>(
  give: string,
  most = Infinity,
): Rule<readonly Name[]> {
  const each = listOf(nodeName, give);
  return (value, path) => {
    if (!Array.isArray(value)) return each(value, path);
    const { length } = value;
    if (length === 0 || length > most)
      return `${path} has ${length} ${length === 1 ? "name" : "names"}: give ${give}`;
    const wrong = each(value, path);
    if (wrong !== undefined) return wrong;
    const twice: unknown = value.find((name, at) => value.indexOf(name) !== at);
    return twice === undefined
      ? undefined
      : `${path} has ${shown(twice)} twice: give each node its own name`;
  };
}

/** Values by the name of their node. */
export function byNode<Value>(each: Rule<Value>): Rule<Readonly<Record<string, Value>>> {
  return (value, path) => {
    if (!isRecord(value)) return `${path} is ${shown(value)}: give an object, such as { n1: 1 }`;
    const impure = notPlainText(value, path);
    if (impure !== undefined) return impure;
    const wrongs = Object.entries(value).map(
      ([name, given]) => nodeName(name, `${path}: a name`) ?? each(given, `${path}.${name}`),
    );
    return wrongs.find((wrong) => wrong !== undefined);
  };
}

/** New names for nodes, by their present names, which need not be allowed any more. */
export const namesByNode: Rule<Readonly<Record<string, string>>> = (value, path) => {
  if (!isRecord(value))
    return `${path} is ${shown(value)}: give an object, such as { leader: "n4" }`;
  const impure = notPlainText(value, path);
  if (impure !== undefined) return impure;
  const wrongs = Object.entries(value).map(([name, given]) => nodeName(given, `${path}.${name}`));
  return wrongs.find((wrong) => wrong !== undefined);
};

function notPlainText(value: object, path: string): string | undefined {
  const why = whyNotPlain(value);
  if (why === undefined) return undefined;
  return why.name === undefined ? `${path} ${why.text}` : `${path}.${why.name} ${why.text}`;
}
