import { CommandFailed } from "../answer.ts";
import { shorten } from "../arguments.ts";
import { firstWords, usageOf, verbAt, verbsOf } from "../find-verb.ts";
import { helpText } from "../help-text.ts";
import { didYouMean } from "../suggestion.ts";
import { verb, type Verb, type VerbHelp } from "../verb.ts";

/** Made with the list of verbs that it explains; it is one of them itself. */
export function helpOn(verbs: () => readonly Verb[]): Verb {
  return verb({
    name: "help",
    usage: "[COMMAND]",
    summary: "print this list, or more about one command",
    example: "help cas",
    arity: [0, 2],
    reads: true,
    order: "looks",
    completes: [({ firstWords }) => firstWords],
    run: async (_context, args) => {
      if (args.left === 0) return verbs();
      const first = args.word().text;
      return named(verbs(), args.left === 0 ? [first] : [first, args.word().text]);
    },
    text: helpText,
    json: (shown: readonly VerbHelp[]) =>
      shown.map((one) => {
        const { name, summary, example } = one;
        return { command: name, usage: usageOf(one), summary, example };
      }),
  });
}

/** The verb with this name, or the group that this one word names. */
async function named(verbs: readonly Verb[], words: readonly string[]): Promise<readonly Verb[]> {
  const found = verbAt(verbs, words);
  if (found?.length === words.length) return [found.verb];
  const group = words.length === 1 ? verbsOf(verbs, words[0] ?? "") : [];
  if (group.length > 0) return group;
  const wrong = words.join(" ");
  const names = words.length === 1 ? firstWords(verbs) : verbs.map(({ name }) => name);
  const hint = (await didYouMean(wrong, names)) ?? '; "help" lists them all';
  throw new CommandFailed(`there is no command ${shorten(wrong)}${hint}`);
}
