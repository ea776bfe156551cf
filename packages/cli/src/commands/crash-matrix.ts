import { InvalidArgumentError, Option } from "commander";
import { tmpdir } from "node:os";
import type { CrashMatrixOptions } from "../actions/crash-matrix.ts";
import { CRASH_POINTS } from "../host/limits.ts";
import type { Define } from "./define.ts";
import { directory } from "./options.ts";

/** `kontiki crash-matrix`: a crash at every point of a turn. */
export const defineCrashMatrix: Define = (command, { host, done }) => {
  command
    .addOption(
      new Option(
        "--points <names>",
        "crash points, with commas between them; default all",
      ).argParser(points),
    )
    .addOption(
      new Option("--data <dir>", "where to make a directory, which is removed at the end")
        .argParser(directory)
        .default(tmpdir(), "the system's temporary directory"),
    )
    .option("--json", "print one JSON object for each crash")
    .addHelpText("after", HELP)
    .action(async (options: CrashMatrixOptions) => {
      const { crashMatrix } = await import("../actions/crash-matrix.ts");
      done(await crashMatrix(options, host));
    });
};

function points(text: string): readonly string[] {
  const names = text.split(",");
  const wrong = names.find((name) => !CRASH_POINTS.some((point) => point === name));
  if (wrong === undefined) return names;
  throw new InvalidArgumentError(`${wrong} is none of ${CRASH_POINTS.join(", ")}.`);
}

const HELP = `
Examples:
  $ kontiki crash-matrix
  $ kontiki crash-matrix --points inSync,afterSave --json

Starts three nodes on threads, with logs on disk. A node crashes at each point of its turn, as leader
and as follower, by a kill of its thread, by a loss of power that tears the last write, and by one in
which the other nodes lose everything that they have not synced: the point is armed, and commands run
until the node reaches it. Then all nodes must agree again, and every value that was acknowledged must
be there. It ends with the first crash after which they do not.

Exit status: 0 all crashes were survived, 1 one was not, or was not reached, 2 bad usage, 130
interrupted by Ctrl-C, after the crash that is being made.`;
