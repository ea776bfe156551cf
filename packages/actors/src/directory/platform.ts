import type { ClusterFolder } from "./cluster-folder.ts";

/**
 * Refuses data directories on systems that cannot keep their promise. Called before anything is made.
 *
 * A file is published by a rename, and the rename is durable once its directory is synced. Windows opens no directory for
 * writing, so FlushFileBuffers, which is Node's fsync there, fails on it (EPERM), and it documents no other way. A
 * snapshot or a log file could be gone after a power loss although its node has acknowledged what is in it.
 *
 * Linux: `fsync` and `fdatasync`. macOS: libuv does both by F_FULLFSYNC, which empties the drive's cache as well.
 *
 * @param platform the one to assume; what Node says if not given.
 * @throws DataDirectoryError on Windows.
 */
export function refuseUnfitPlatform(folder: ClusterFolder, platform?: string): void {
  if ((platform ?? process.platform) !== "win32") return;
  throw folder.error(
    "cannot be a data directory: Windows cannot sync a directory, so a power loss could take acknowledged writes; " +
      "keep the logs in memory (--memory, or no dataDir), or use WSL 2",
  );
}
