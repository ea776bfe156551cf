import type { HardState, LogPosition } from "@kontiki/core";
import type { LogContent } from "./shadow-log.ts";

/** The content of a disk other than snapshots. A turn changes all of it at once, or nothing. */
export type DiskContent = {
  readonly hard: HardState;
  readonly log: LogContent;
  readonly horizon: LogPosition | undefined;
};
