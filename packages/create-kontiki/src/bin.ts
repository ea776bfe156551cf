#!/usr/bin/env node
import { run } from "./program.ts";

const { stdin, stdout, stderr, env } = process;
// A reader such as `head` that has seen enough is no failure.
stdout.on("error", () => undefined);
process.exitCode = await run(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  cwd: process.cwd(),
});
