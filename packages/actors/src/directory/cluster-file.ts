import { crc32 } from "node:zlib";
import { isNodeId, type NodeId } from "@kontiki/core";

/** The format of a data directory that this version writes. */
export const DIRECTORY_FORMAT = 3;

/** The oldest format that it reads. Files of format 2 have no checksums and no versions. */
export const OLDEST_DIRECTORY_FORMAT = 2;

/** The contents of `cluster.json`: which cluster a data directory holds, and its present nodes. */
export type ClusterFile = {
  readonly cluster: string;
  /** The voters that it began with. They never change. */
  readonly voters: readonly NodeId[];
  /** The present nodes, each with the uid of its disk, in the order in which they were added. */
  readonly nodes: ReadonlyMap<NodeId, number>;
  /** The last uid that was assigned. It never decreases, so that no two disks are ever confused. */
  readonly lastUid: number;
  /** How often it was written. Of several copies the one with the highest version counts. */
  readonly version: number;
  /** Folders that a recovery replaced: they are set aside as they are, and not removed. */
  readonly setAside: readonly NodeId[];
};

/** The contents of `node.json`: the node and cluster that a folder belongs to, and the uid of the disk. */
export type NodeFile = { readonly cluster: string; readonly node: NodeId; readonly uid: number };

/** A file as read: its contents and the format it was written in, or why it cannot be used. */
export type Parsed<T> =
  | { readonly type: "file"; readonly file: T; readonly format: number }
  | { readonly type: "otherFormat"; readonly format: number }
  | { readonly type: "damaged" };

/** Why what has this format cannot be used, and what to do about it. */
export function whyOtherFormat(format: number): string {
  return (
    `has format ${format} and this version reads format ${DIRECTORY_FORMAT}: ` +
    (format > DIRECTORY_FORMAT
      ? "use the version of Kontiki that wrote it, or a later one"
      : "it is of a version before the first release; choose a new folder")
  );
}

/** @param holder the node whose folder a copy is for; undefined for the file itself. */
export function encodeClusterFile(file: ClusterFile, holder?: string): Uint8Array {
  const { cluster, voters, nodes, lastUid, version, setAside } = file;
  return encode({
    holder,
    cluster,
    voters,
    nodes: Object.fromEntries(nodes),
    lastUid,
    version,
    ...(setAside.length === 0 ? {} : { setAside }),
  });
}

export function encodeNodeFile({ cluster, node, uid }: NodeFile): Uint8Array {
  return encode({ cluster, node, uid });
}

/** @param holder as it was encoded. */
export function decodeClusterFile(bytes: Uint8Array, holder?: string): Parsed<ClusterFile> {
  return decode(
    bytes,
    ({ cluster, voters, nodes, lastUid, version = 0, setAside = [], ...rest }) => {
      if (rest["holder"] !== holder) return undefined;
      if (typeof cluster !== "string" || !isUid(lastUid) || !isListOfNames(voters))
        return undefined;
      if (!isUid(version) || !Array.isArray(setAside) || !setAside.every(isNodeId))
        return undefined;
      const found = nodesOf(nodes, voters, lastUid);
      return found && { cluster, voters, nodes: found, lastUid, version, setAside };
    },
  );
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
  return nodes;
}

function isListOfNames(value: unknown): value is readonly NodeId[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(isNodeId) && new Set(value).size === value.length;
}

function isUid(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function encode(content: object): Uint8Array {
  const fields = { format: DIRECTORY_FORMAT, ...content };
  return Buffer.from(`${JSON.stringify({ ...fields, crc32: checksumOf(fields) })}\n`);
}

/**
 * The checksum is checked first, as it covers the format too; then the format, because a file of another format may have
 * any other contents.
 */
function decode<T>(
  bytes: Uint8Array,
  shape: (fields: Record<string, unknown>) => T | undefined,
): Parsed<T> {
  const parsed = parseObject(bytes);
  if (parsed === undefined) return { type: "damaged" };
  const { crc32: checksum, ...fields } = parsed;
  if (checksum !== undefined && checksum !== checksumOf(fields)) return { type: "damaged" };
  const { format } = fields;
  if (typeof format !== "number" || !Number.isInteger(format) || format < 1)
    return { type: "damaged" };
  if (format < OLDEST_DIRECTORY_FORMAT || format > DIRECTORY_FORMAT)
    return { type: "otherFormat", format };
  if (format === DIRECTORY_FORMAT && checksum === undefined) return { type: "damaged" };
  const file = shape(fields);
  return file === undefined ? { type: "damaged" } : { type: "file", file, format };
}

function checksumOf(fields: object): string {
  return crc32(JSON.stringify(fields)).toString(16).padStart(8, "0");
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
