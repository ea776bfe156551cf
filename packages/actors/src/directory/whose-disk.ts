import { decodeNodeFile, type NodeFile } from "./cluster-file.ts";
import { NODE_FILE } from "./node-folder.ts";
import { DiskError } from "../storage/disk/disk.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";

/**
 * Why a node must not start from this folder: it holds the disk of another node, or an earlier disk of this one. A file that
 * is lost or damaged tells nothing: that is for the check of the whole data directory.
 */
export function whyNotDiskOf(
  { id, uid }: { readonly id: string; readonly uid: number },
  path: string,
): string | undefined {
  const owner = ownerOf(path);
  if (owner === undefined || (owner.node === id && owner.uid === uid)) return undefined;
  const mine = owner.node === id ? `disk ${uid} of ${id}` : id;
  const theirs = owner.node === id ? `disk ${owner.uid} of ${id}` : owner.node;
  return `${path} is that of ${theirs}, not of ${mine}: put each folder back where it belongs`;
}

/** The disk in a folder, by its cluster, node and uid, in one line of ASCII; undefined if its file does not tell. */
export function nameOfDisk(path: string): string | undefined {
  const owner = ownerOf(path);
  return owner && `disk ${owner.uid} of ${owner.node} of cluster ${owner.cluster}`;
}

function ownerOf(path: string): NodeFile | undefined {
  try {
    const parsed = decodeNodeFile(new FileDisk(path).read(NODE_FILE));
    return parsed.type === "file" ? parsed.file : undefined;
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}
