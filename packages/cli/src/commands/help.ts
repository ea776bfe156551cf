import type { Command } from "commander";

/** `kontiki help COMMAND`, also for a command of a command, as in `kontiki help trace show`. */
export function defineHelp(program: Command): void {
  program
    .helpCommand(false)
    .command("help")
    .usage("[command]")
    .description("display help for command")
    .argument("[command...]")
    .action(async (names: readonly string[]) => {
      let command = program;
      for (const name of names) {
        const next = command.commands.find((one) => one.name() === name);
        if (next === undefined) return program.error(`error: ${await unknown(command, name)}`);
        command = next;
      }
      return command.help();
    });
}

async function unknown(command: Command, name: string): Promise<string> {
  const names = command.commands.map((one) => one.name());
  const whole = fullName(command);
  if (names.length === 0)
    return `${whole} has no commands of its own: "${whole} --help" explains it`;
  const { nearest } = await import("@kontiki/actors/node");
  const near = nearest(name, names);
  const hint = near === undefined ? `"${whole} --help" lists them all` : `did you mean "${near}"?`;
  return `${whole} has no command "${name}"; ${hint}`;
}

function fullName(command: Command): string {
  const above = command.parent === null ? "" : `${fullName(command.parent)} `;
  return above + command.name();
}
