import type { Cell } from "./measurement.ts";

/** A command to start, with what it needs. */
export type Command = {
  readonly file: string;
  readonly args: readonly string[];
};

/** Folders and times of a comparison. */
export type Setting = {
  /** Where programs are built; kept for the next comparison. */
  readonly builds: string;
  /** An empty folder on the disk that durable runs measure. */
  readonly data: string;
  readonly seconds: number;
  readonly warmup: number;
};

/** An implementation that is measured. */
export type Peer = {
  /** Its name in tables. */
  readonly name: string;
  /** What chooses it on the command line. */
  readonly key: string;
  /** Whether it is measured in a cell; in all when left out. */
  readonly measures?: (cell: Cell) => boolean;
  /** Makes it ready to run. Throws an error that says what is missing and how to get it. */
  readonly prepare: (setting: Setting) => void;
  /** What measures it in a cell: prints one JSON line. */
  readonly command: (cell: Cell, setting: Setting) => Command;
};
