/**
 * An operation of a disk, reported before the disk carries it out. `syncNames`: a name was added or removed and readers see
 * that, but the folder is not synced yet.
 */
export type DiskStep =
  | "create"
  | "begin"
  | "publish"
  | "syncNames"
  | "remove"
  | "rename"
  | "append"
  | "rewrite"
  | "overwrite"
  | "sync"
  | "truncate"
  | "read";
