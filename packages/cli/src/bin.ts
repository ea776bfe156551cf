#!/usr/bin/env node
import { writeSync } from "node:fs";
import { interruptedStatus, EXIT_FAILED, EXIT_TOOL, type Interruption } from "./host/host.ts";
import { flushed } from "./output/output.ts";
import { run } from "./program.ts";
import { messageOf } from "./session/answer.ts";

const controller = new AbortController();

function interrupt(reason: Interruption): void {
  if (!controller.signal.aborted) controller.abort(reason);
  else if (reason !== "brokenPipe" && reason !== "badOutput") {
    process.off("exit", onEarlyEnd);
    process.exit(interruptedStatus(AbortSignal.abort(reason)) ?? EXIT_FAILED);
  }
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);

const { stdin, stdout, stderr, env } = process;
const host = { stdin, stdout, stderr, env, signal: controller.signal, interrupt };
let status: number = EXIT_FAILED;

/** Modules of users are run in here too: one may wait for what never comes, end the process, or throw late. */
let cause = "a module that was loaded waits for ever, or ended the program";

function onEarlyEnd(): void {
  writeSync(2, `kontiki: no verdict: ${cause}\n`);
  process.exitCode = EXIT_TOOL;
}

process.on("exit", onEarlyEnd);
process.on("uncaughtExceptionMonitor", () => {
  cause = "something was thrown where nobody catches it";
});
try {
  status = await run(process.argv.slice(2), host);
} catch (error) {
  stderr.write(`kontiki: a defect of kontiki itself: ${messageOf(error)}\n`);
  if (error instanceof Error) stderr.write(`${error.stack}\n`);
}
await Promise.all([flushed(stdout), flushed(stderr)]);
process.off("exit", onEarlyEnd);
process.exit(status);
