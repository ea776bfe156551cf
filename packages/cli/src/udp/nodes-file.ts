import { KontikiError, NODES_MAX } from "@kontiki/actors";
import { isNodeId } from "@kontiki/core";
import { readText } from "../host/read-text.ts";
import { messageOf, reasonOf } from "../output/error-text.ts";
import { addressOf, type Member } from "./members.ts";

const HOST_DEFAULT = "127.0.0.1";
const HOST_LENGTH_MAX = 253;
const PORT_MAX = 65_535;

/**
 * Reads the nodes of a cluster from a JSON file:
 *
 * ```json
 * { "nodes": [{ "id": "a", "host": "127.0.0.1", "port": 5000 }, { "id": "b", "port": 5001 }] }
 * ```
 *
 * The host is 127.0.0.1 when left out.
 *
 * @throws KontikiError that names the file and the place in it.
 */
export function readNodesFile(path: string): readonly Member[] {
  return parseNodes(textOf(path), path);
}

/** As {@link readNodesFile}, for text that came from `path`. */
export function parseNodes(text: string, path: string): readonly Member[] {
  try {
    return membersOf(parseJson(text));
  } catch (error) {
    if (!(error instanceof BadNodes)) throw error;
    throw new KontikiError(`${path}: ${error.message}`);
  }
}

/** What is wrong, and where. */
class BadNodes extends Error {}

type Fields = Readonly<Record<string, unknown>>;

function textOf(path: string): string {
  try {
    return readText(path);
  } catch (error) {
    throw new KontikiError(
      `cannot read ${path}: ${reasonOf(error)}; use --nodes to name another file`,
    );
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadNodes(`is not JSON: ${messageOf(error)}`);
  }
}

function membersOf(content: unknown): readonly Member[] {
  const { nodes } = fieldsOf(content, "the file", ["nodes"]);
  if (!Array.isArray(nodes) || nodes.length === 0 || nodes.length > NODES_MAX)
    throw new BadNodes(`nodes must be a list of 1 to ${NODES_MAX} nodes`);
  const members = nodes.map((node: unknown, at) => memberOf(node, `nodes[${at}]`));
  checkUnique(members, "id", ({ id }) => id);
  checkUnique(members, "port", addressOf);
  return members;
}

function memberOf(node: unknown, place: string): Member {
  const { id, host = HOST_DEFAULT, port } = fieldsOf(node, place, ["id", "host", "port"]);
  if (!isNodeId(id)) {
    const shape = "1 to 64 of a-z, 0-9 and -, starting with a letter";
    throw new BadNodes(`${place}.id must be ${shape}, not ${shown(id)}`);
  }
  if (typeof host !== "string" || !/^[^\s\0]+$/.test(host) || host.length > HOST_LENGTH_MAX)
    throw new BadNodes(`${place}.host must be a name or an IPv4 address, not ${shown(host)}`);
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > PORT_MAX)
    throw new BadNodes(
      `${place}.port must be a whole number from 1 to ${PORT_MAX}, not ${shown(port)}`,
    );
  return { id, host, port };
}

/** An object without any other fields: a misspelt field would otherwise count as left out. */
function fieldsOf(value: unknown, place: string, known: readonly string[]): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new BadNodes(`${place} must be an object with ${known.join(", ")}`);
  const unknown = Object.keys(value).find((field) => !known.includes(field));
  if (unknown === undefined) return { ...value };
  throw new BadNodes(`${place} has a field ${shown(unknown)}; it may have ${known.join(", ")}`);
}

function checkUnique(
  members: readonly Member[],
  field: string,
  keyOf: (member: Member) => string,
): void {
  const first = new Map<string, number>();
  for (const [at, member] of members.entries()) {
    const key = keyOf(member);
    const before = first.get(key);
    if (before !== undefined)
      throw new BadNodes(`nodes[${at}].${field}: ${key} is taken by nodes[${before}]`);
    first.set(key, at);
  }
}

function shown(value: unknown): string {
  return value === undefined ? "left out" : JSON.stringify(value);
}
