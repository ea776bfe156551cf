/**
 * What a disk is about to do, told before it does it. `syncNames`: a name was given or taken away and is there for who
 * looks, but the folder is not synced yet.
 */
export type DiskStep =
  | "create"
  | "begin"
  | "publish"
  | "syncNames"
  | "remove"
  | "append"
  | "rewrite"
  | "sync"
  | "truncate"
  | "read";
