import type { Readable, Writable } from "node:stream";

/**
 * Why the program was asked to end early: a signal, Ctrl-C at the prompt, nobody who reads its output
 * any more, or output that cannot be written.
 */
export type Interruption = "SIGINT" | "SIGTERM" | "SIGHUP" | "leave" | "brokenPipe" | "badOutput";

/** All that the program knows of the process around it, so that tests can stand in for one. */
export type Host = {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Results, and nothing else. */
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Notes, progress and errors. */
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the program shall end early; the reason is an {@link Interruption}. */
  readonly signal: AbortSignal;
  /** Aborts `signal`. A second signal or Ctrl-C ends the process at once. */
  readonly interrupt: (reason: Interruption) => void;
};

/** Exit statuses: every command succeeded, one failed, the command line was wrong, a file is not what it should be. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_UNREADABLE = 4;

/** Exit statuses of commands that come to a verdict, beside these: no verdict within the budget, and no verdict for a fault of the tool. */
export const EXIT_UNKNOWN = 3;
export const EXIT_TOOL = 4;

/** The exit status that tells a verdict. */
export function verdictStatus(verdict: "valid" | "violated" | "unknown"): number {
  switch (verdict) {
    case "valid":
      return EXIT_OK;
    case "violated":
      return EXIT_FAILED;
    case "unknown":
      return EXIT_UNKNOWN;
  }
}

/**
 * The exit status of a program that ended early, undefined when that is no reason to tell.
 *
 * A signal counts as 128 and its number, as shells have it. Leaving the prompt by Ctrl-C is a way to
 * quit, and a reader such as `head` that has seen enough is no failure.
 */
export function interruptedStatus(signal: AbortSignal): number | undefined {
  if (!signal.aborted) return undefined;
  const reason = signal.reason as Interruption;
  switch (reason) {
    case "SIGHUP":
      return 129;
    case "SIGINT":
      return 130;
    case "SIGTERM":
      return 143;
    case "badOutput":
      return EXIT_FAILED;
    case "leave":
    case "brokenPipe":
      return undefined;
  }
}
