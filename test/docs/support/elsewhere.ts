import { commandsIn, consoleBlocks, textOf, type Command } from "./commands.ts";

const HEAD = / \| head -n (\d+)$/;

/** What commands print, as a page shows it whose test plays them: all of it, or the lines that `head` leaves. */
export function shownElsewhere(commands: readonly Command[], page: string): string {
  const played = consoleBlocks(page)
    .filter(({ how }) => how.type === "run")
    .flatMap(({ text }) => commandsIn(text));
  const shown = commands.map((one): Command => {
    const command = one.command.replace(HEAD, "");
    const [, count] = HEAD.exec(one.command) ?? [];
    const same = played.find((other) => other.command === command && other.typed.length === 0);
    if (same === undefined) throw new Error(`${page} does not play ${command}`);
    return {
      ...one,
      output: same.output.slice(0, count === undefined ? undefined : Number(count)),
    };
  });
  return textOf(shown);
}
