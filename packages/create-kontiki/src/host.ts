import type { Readable, Writable } from "node:stream";

/** All that the program knows of the process around it, so that tests can stand in for one. */
export type Host = {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** What was created, and help. */
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** What went wrong. */
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly cwd: string;
};

/** Exit statuses: created, cannot be written, bad usage, interrupted at the question. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_INTERRUPTED = 130;
