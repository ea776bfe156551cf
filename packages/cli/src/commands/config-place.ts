import { KontikiError } from "@kontiki/actors";
import type { Command } from "commander";

/** Where options were set in a file, as `file:line:column`, by their names without dashes in front. */
type Places = ReadonlyMap<string, string>;

/** Options in a message: `--tls-ca`, or a family of them, `--tls-*`. */
const OPTIONS = /--([a-z]+(?:-[a-z]+)*)(-\*)?/g;

/** From now on errors of a command begin with the place of the first option that they name and that is of a file. */
export function placeErrors(command: Command, places: Places): void {
  // A copy: the command changes its own.
  const before = { ...command.configureOutput() };
  const placedText = (text: string): string =>
    text.startsWith("error: ") ? `error: ${placed(text.slice("error: ".length), places)}` : text;
  command.configureOutput({
    outputError: (text, write) => before.outputError?.(placedText(text), write),
  });
}

/** Does some work; what it throws for people begins with the place, as errors of the command do. */
export async function placing<T>(places: Places, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    const message = placed(error.message, places);
    if (message === error.message) throw error;
    throw new KontikiError(message, { cause: error });
  }
}

function placed(message: string, places: Places): string {
  if ([...places.values()].some((place) => message.startsWith(place))) return message;
  for (const [, name = "", isFamily] of message.matchAll(OPTIONS)) {
    const place =
      isFamily === undefined
        ? places.get(name)
        : [...places].find(([option]) => option.startsWith(`${name}-`))?.[1];
    if (place !== undefined) return `${place}: ${message}`;
  }
  return message;
}
