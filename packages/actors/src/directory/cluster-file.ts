import { isNodeId, type NodeId } from "@kontiki/core";

/** The format of a data directory that this version reads and writes. */
export const DIRECTORY_FORMAT = 2;

/** The contents of `cluster.json`: which cluster a data directory holds, and its present nodes. */
export type ClusterFile = {
  readonly cluster: string;
  /** The voters that it began with. They never change. */
  readonly voters: readonly NodeId[];
  /** The present nodes, each with the uid of its disk, in the order in which they were added. */
  readonly nodes: ReadonlyMap<NodeId, number>;
  /** The last uid that was assigned. It never decreases, so that no two disks are ever confused. */
  readonly lastUid: number;
};

/** The contents of `node.json`: the node and cluster that a folder belongs to, and the uid of the disk. */
export type NodeFile = { readonly cluster: string; readonly node: NodeId; readonly uid: number };

/** A file as read: its contents, or why it cannot be used. */
export type Parsed<T> =
  | { readonly type: "file"; readonly file: T }
  | { readonly type: "otherFormat"; readonly format: number }
  | { readonly type: "damaged" };

export function encodeClusterFile({ cluster, voters, nodes, lastUid }: ClusterFile): Uint8Array {
  return encode({ cluster, voters, nodes: Object.fromEntries(nodes), lastUid });
}

export function encodeNodeFile({ cluster, node, uid }: NodeFile): Uint8Array {
  return encode({ cluster, node, uid });
}

export function decodeClusterFile(bytes: Uint8Array): Parsed<ClusterFile> {
  return decode(bytes, ({ cluster, voters, nodes, lastUid }) => {
    if (typeof cluster !== "string" || !isUid(lastUid) || !isListOfNames(voters)) return undefined;
    const found = nodesOf(nodes, voters, lastUid);
    return found === undefined ? undefined : { cluster, voters, nodes: found, lastUid };
  });
}

export function decodeNodeFile(bytes: Uint8Array): Parsed<NodeFile> {
  return decode(bytes, ({ cluster, node, uid }) =>
    typeof cluster === "string" && isNodeId(node) && isUid(uid)
      ? { cluster, node, uid }
      : undefined,
  );
}

/** Only a node that the cluster began with may have uid 0, and no two nodes may have the same other uid. */
function nodesOf(
  value: unknown,
  voters: readonly NodeId[],
  lastUid: number,
): ReadonlyMap<NodeId, number> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const nodes = new Map<NodeId, number>();
  const given = new Set<number>();
  for (const [node, uid] of Object.entries(value) as [string, unknown][]) {
    if (!isNodeId(node) || !isUid(uid) || uid > lastUid || given.has(uid)) return undefined;
    if (uid === 0 && !voters.includes(node)) return undefined;
    if (uid > 0) given.add(uid);
    nodes.set(node, uid);
  }
  return nodes.size === 0 ? undefined : nodes;
}

function isListOfNames(value: unknown): value is readonly NodeId[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(isNodeId) && new Set(value).size === value.length;
}

function isUid(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function encode(content: object): Uint8Array {
  return Buffer.from(`${JSON.stringify({ format: DIRECTORY_FORMAT, ...content })}\n`);
}

/** The format is checked first: a file of another format may have any other contents. */
function decode<T>(
  bytes: Uint8Array,
  shape: (fields: Record<string, unknown>) => T | undefined,
): Parsed<T> {
  const fields = parseObject(bytes);
  if (fields === undefined) return { type: "damaged" };
  const { format } = fields;
  if (typeof format !== "number" || !Number.isInteger(format) || format < 1)
    return { type: "damaged" };
  if (format !== DIRECTORY_FORMAT) return { type: "otherFormat", format };
  const file = shape(fields);
  return file === undefined ? { type: "damaged" } : { type: "file", file };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
