import type { Define } from "./define.ts";

/** `kontiki exec`: a command in a cluster of another process. */
export const defineExec: Define = (command, { host, done }) => {
  command
    .argument("<name>", "the cluster: its name or its data directory")
    .argument("[words...]", "the command, as at the prompt of kontiki up")
    .option("--json", "print one JSON object for each command")
    .addHelpText("after", HELP)
    .action(async (name: string, words: readonly string[], options: { readonly json?: true }) => {
      const { exec } = await import("../actions/exec.ts");
      done(await exec(name, words, options, host));
    });
};

const HELP = `
Examples:
  $ kontiki exec lab -- put greeting "good morning"
  $ kontiki exec lab --json -- get greeting
  $ kontiki exec ./kontiki-data -- crash leader
  $ kontiki exec lab < commands.txt

The words of the command come after "--". Without words the commands are read from standard input, one a
line, and run one after another, as "kontiki up" does it; "kontiki up --help" lists them. Replies,
--json included, are those of the prompt. "quit" ends the input, and leaves the cluster running.

Ctrl-C interrupts the command, and its reply tells whether it may have taken effect. If the cluster
ends before it has replied, or does not reply to Ctrl-C within 5 s, the outcome is unknown. A cluster
that does not answer within 5 s at first, such as one whose process is stopped, gets no command.

Exit status: 0 every command succeeded; 1 one failed or is "unknown", or no such cluster runs or
answers; 2 bad usage, 130 interrupted by Ctrl-C.`;
