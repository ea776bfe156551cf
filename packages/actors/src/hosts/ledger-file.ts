import { Buffer } from "node:buffer";
import { isNodeId, type NodeId } from "@kontiki/core";
import { DiskError } from "../storage/disk/disk.ts";
import type { Disk } from "../storage/disk/disk.ts";
import type { KnownNode } from "./ledger.ts";

/** In the data directory. */
export const LEDGER_FILE = "peers.json";

const FORMAT = 1;

/** Writes what is known of the nodes of other hosts, durably. */
export function writeLedger(
  disk: Pick<Disk, "create">,
  cluster: string,
  known: ReadonlyMap<NodeId, KnownNode>,
): void {
  const content = { format: FORMAT, cluster, nodes: Object.fromEntries(known) };
  disk.create(LEDGER_FILE, Buffer.from(`${JSON.stringify(content)}\n`));
}

/**
 * Reads what is known. Without a file, and with one that cannot be read, nothing is: then a host that returns with an older
 * copy may not be noticed here, but by others.
 */
export function readLedger(
  disk: Pick<Disk, "read">,
  cluster: string,
): ReadonlyMap<NodeId, KnownNode> {
  try {
    const content: unknown = JSON.parse(Buffer.from(disk.read(LEDGER_FILE)).toString("utf8"));
    return knownIn(content, cluster);
  } catch (error) {
    if (error instanceof DiskError || error instanceof SyntaxError) return new Map();
    throw error;
  }
}

function knownIn(content: unknown, cluster: string): ReadonlyMap<NodeId, KnownNode> {
  const known = new Map<NodeId, KnownNode>();
  if (!isObject(content) || content["format"] !== FORMAT || content["cluster"] !== cluster)
    return known;
  const { nodes } = content;
  if (!isObject(nodes)) return known;
  for (const [node, value] of Object.entries(nodes)) {
    if (!isNodeId(node) || !isObject(value)) continue;
    const { uid, start, life, mark, commit } = value;
    const areWhole = [uid, start, mark, commit].every(Number.isSafeInteger);
    if (areWhole && typeof life === "string") known.set(node, { ...(value as KnownNode) });
  }
  return known;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
