import { spawnSync } from "node:child_process";
import { argv, env, execPath, stderr, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { TESTED_MUTANTS } from "./lanes.ts";

const USAGE = `usage: pnpm mutants:tested [NAME]...

Plants each mutant of test/mutants/lanes.ts into the sources and runs the tests that must fail then. The
tests run once without a mutant, too, and must pass.

Status 0: all are caught. 1: a mutant survived, or tests fail without one. 2: bad usage.
`;

const TESTS = fileURLToPath(new URL("../../", import.meta.url));

process.exitCode = main(argv.slice(2));

function main(names: readonly string[]): number {
  const unknown = names.filter((name) => TESTED_MUTANTS.every((mutant) => mutant.name !== name));
  if (unknown.length > 0) {
    stderr.write(unknown.includes("--help") ? USAGE : `no such mutant: ${unknown[0]}\n${USAGE}`);
    return unknown.includes("--help") ? 0 : 2;
  }
  const mutants = TESTED_MUTANTS.filter(({ name }) => names.length === 0 || names.includes(name));
  let isRight = true;
  for (const file of new Set(mutants.map(({ test }) => test))) {
    if (passes(file, undefined)) continue;
    stdout.write(`FAILS without a mutant: ${file}\n`);
    isRight = false;
  }
  for (const { name, test } of mutants) {
    const isCaught = !passes(test, name);
    stdout.write(`${isCaught ? "caught  " : "SURVIVED"}  ${name}  ${test}\n`);
    isRight &&= isCaught;
  }
  return isRight ? 0 : 1;
}

function passes(file: string, mutant: string | undefined): boolean {
  const vitest = `${TESTS}node_modules/vitest/vitest.mjs`;
  const args = ["run", "--root", TESTS, "--config", "mutants/tested.config.ts", file];
  const run = spawnSync(execPath, [vitest, ...args], {
    env: { ...env, KONTIKI_MUTANT: mutant },
    encoding: "utf8",
  });
  // Tests that were not found, and sources that do not load, are no catch.
  if (!/^ *Tests /m.test(stripVTControlCharacters(run.stdout)))
    throw new Error(`no tests ran in ${file}: ${run.stdout}${run.stderr}`);
  return run.status === 0;
}
