import { KontikiError } from "@kontiki/actors";
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../output/error-text.ts";

/** The files of a cluster, also such as `cluster.json.tmp`; `lock` is a folder. */
const FILE = /^(?:(?:cluster|creating|peers)\.json|control\.sock|lock)(?:\.|$)/;

/** The folder of a node, and one that was set aside or is half made. */
const FOLDER = /^[a-z][a-z0-9-]*(\.(?:making|gone|removed-\d+|damaged-\d+))?$/;

/** What is in each folder of a node. */
const IN_FOLDER = /^(?:node\.json|cluster\.json|\d+\.wal)$/;

/**
 * Removes a data directory: what the cluster has put there, and the folder if nothing else is in it.
 *
 * @returns the names of what somebody else has put there, and which stays
 * @throws KontikiError when it holds no cluster, or cannot be removed
 */
export function purge(data: string): readonly string[] {
  if (!existsSync(data)) return [];
  if (!existsSync(join(data, "cluster.json")))
    throw new KontikiError(`${data} is not removed: it holds no cluster`);
  try {
    const names = readdirSync(data);
    const ours = names.filter((name) => FILE.test(name) || isFolderOfNode(data, name));
    // Last, so that one that was not completed can be completed.
    for (const name of ours.toSorted((one, other) => rank(one) - rank(other)))
      rmSync(join(data, name), { recursive: true, force: true });
    const others = names.filter((name) => !ours.includes(name));
    if (others.length === 0) rmdirSync(data);
    return others;
  } catch (error) {
    throw new KontikiError(`cannot remove ${data}: ${messageOf(error)}`, { cause: error });
  }
}

function rank(name: string): number {
  return name === "cluster.json" ? 1 : 0;
}

function isFolderOfNode(data: string, name: string): boolean {
  const [isNamed, isAside] = FOLDER.exec(name) ?? [];
  if (isNamed === undefined) return false;
  return isAside !== undefined || contentOf(join(data, name)).some((file) => IN_FOLDER.test(file));
}

/** Of a file none. */
function contentOf(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return [];
    throw error;
  }
}
