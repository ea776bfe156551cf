import type { Readable, Writable } from "node:stream";

/**
 * Why the program should end early: a signal, the reader of its output is gone, or the output cannot be written.
 */
export type Interruption = "SIGINT" | "SIGTERM" | "SIGHUP" | "brokenPipe" | "badOutput";

/** Everything that the program uses of its process, so that tests can replace it. */
export type Host = {
  readonly stdin: Readable & {
    readonly isTTY?: boolean;
    readonly setRawMode?: (isRaw: boolean) => unknown;
  };
  /** Only results. */
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Notes, progress and errors. */
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the program should end early; the reason is an {@link Interruption}. */
  readonly signal: AbortSignal;
  /** Calls a listener whenever the program goes on after it was stopped, as by Ctrl-Z. Returns what ends that. */
  readonly onResume: (listener: () => void) => () => void;
  /** Gives SIGINT to a listener, in the place of `signal`, until what it returns is called. */
  readonly takeInterrupts: (listener: () => void) => () => void;
  /** Aborts `signal`. A second signal ends the process at once. */
  readonly interrupt: (reason: Interruption) => void;
};

/**
 * Exit statuses: every command succeeded; a command failed; the command line is wrong, or a file or folder that it names does
 * not exist, cannot be read, or holds something else.
 */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** Further exit statuses of commands that reach a verdict: no verdict within the limits, and an error of the tool. */
export const EXIT_UNKNOWN = 3;
export const EXIT_TOOL = 4;

/** The exit status for a verdict. */
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
 * The exit status of a program that was interrupted; undefined when the interruption does not count.
 *
 * A signal gives 128 plus its number, as in shells. A reader such as `head` that closes the pipe is not a failure.
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
    case "brokenPipe":
      return undefined;
  }
}
