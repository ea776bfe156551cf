/**
 * The process of `kontiki`: signals, streams, exit status.
 *
 * @module
 */
import { writeSync } from "node:fs";
import { interruptedStatus, EXIT_FAILED, EXIT_TOOL, type Interruption } from "./host/host.ts";
import { closedOutput } from "./host/closed-output.ts";
import { standardInput } from "./host/standard-input.ts";
import { messageOf } from "./output/error-text.ts";
import { flushed } from "./output/write.ts";
import { run } from "./program.ts";

const controller = new AbortController();

function interrupt(reason: Interruption): void {
  if (!controller.signal.aborted) controller.abort(reason);
  else if (reason !== "brokenPipe" && reason !== "badOutput") {
    process.off("exit", onEarlyEnd);
    process.exit(interruptedStatus(AbortSignal.abort(reason)) ?? EXIT_FAILED);
  }
}

/** What SIGINT does instead, while there is a prompt. */
let onInterrupt: (() => void) | undefined;

process.on("SIGINT", () => (onInterrupt === undefined ? interrupt("SIGINT") : onInterrupt()));
for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);

const { stderr, env } = process;
const stdout = closedOutput() ?? process.stdout;
const host = {
  // Made on first use: help does not read it.
  get stdin() {
    return standardInput();
  },
  stdout,
  stderr,
  env,
  signal: controller.signal,
  takeInterrupts: (listener: () => void) => {
    onInterrupt = listener;
    return () => {
      onInterrupt = undefined;
    };
  },
  onResume: (listener: () => void) => {
    process.on("SIGCONT", listener);
    return () => void process.off("SIGCONT", listener);
  },
  interrupt,
};
let status: number = EXIT_FAILED;

/** Users' modules run in this process, too: one may never settle, end the process, or throw later. */
let cause = "a loaded module waits forever, or ended the program";

function onEarlyEnd(): void {
  writeSync(2, `kontiki: no verdict: ${cause}\n`);
  process.exitCode = EXIT_TOOL;
}

process.on("exit", onEarlyEnd);
process.on("uncaughtExceptionMonitor", () => {
  cause = "an error was thrown that nothing catches";
});
/** Not awaited at the top level: of a module that waits forever Node 22 and newer would first show a line of this file. */
async function main(): Promise<void> {
  try {
    status = await run(process.argv.slice(2), host);
  } catch (error) {
    stderr.write(`kontiki: a defect of kontiki itself: ${messageOf(error)}\n`);
    if (error instanceof Error) stderr.write(`${error.stack}\n`);
  }
  await Promise.all([flushed(stdout), flushed(stderr)]);
  process.off("exit", onEarlyEnd);
  process.exit(status);
}

void main();
