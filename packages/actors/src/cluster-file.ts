import { isNodeId, type NodeId } from "@kontiki/core";

/** The format of a data directory that this version reads and writes. */
export const DIRECTORY_FORMAT = 1;

/** What `cluster.json` says: which cluster a data directory holds. */
export type ClusterFile = { readonly cluster: string; readonly nodes: readonly NodeId[] };

/** What `node.json` says: which node of which cluster a node's folder belongs to. */
export type NodeFile = { readonly cluster: string; readonly node: NodeId };

/** A file as read: what it says, or why it says nothing. */
export type Parsed<T> =
  | { readonly type: "file"; readonly file: T }
  | { readonly type: "newer"; readonly format: number }
  | { readonly type: "damaged" };

export function encodeClusterFile({ cluster, nodes }: ClusterFile): Uint8Array {
  return encode({ format: DIRECTORY_FORMAT, cluster, nodes });
}

export function encodeNodeFile({ cluster, node }: NodeFile): Uint8Array {
  return encode({ format: DIRECTORY_FORMAT, cluster, node });
}

export function decodeClusterFile(bytes: Uint8Array): Parsed<ClusterFile> {
  return decode(bytes, ({ cluster, nodes }) => {
    if (typeof cluster !== "string" || !Array.isArray(nodes) || nodes.length === 0)
      return undefined;
    const names: unknown[] = nodes;
    if (!names.every(isNodeId) || new Set(names).size !== names.length) return undefined;
    return { cluster, nodes: names };
  });
}

export function decodeNodeFile(bytes: Uint8Array): Parsed<NodeFile> {
  return decode(bytes, ({ cluster, node }) =>
    typeof cluster === "string" && isNodeId(node) ? { cluster, node } : undefined,
  );
}

function encode(content: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(content)}\n`);
}

/** The format is looked at first: a newer one may have any shape behind it. */
function decode<T>(
  bytes: Uint8Array,
  shape: (fields: Record<string, unknown>) => T | undefined,
): Parsed<T> {
  const fields = parseObject(bytes);
  if (fields === undefined) return { type: "damaged" };
  const { format } = fields;
  if (typeof format !== "number" || !Number.isInteger(format)) return { type: "damaged" };
  if (format > DIRECTORY_FORMAT) return { type: "newer", format };
  const file = format === DIRECTORY_FORMAT ? shape(fields) : undefined;
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
