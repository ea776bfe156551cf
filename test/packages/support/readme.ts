/**
 * The examples of a package's README, as it is in the tarball.
 */
import { claimedOutput } from "../../docs/support/program.ts";
import { Installed } from "./installed.ts";
import type { LIBRARIES } from "./consumer.ts";

/** A program of a README. */
export type Example = { readonly name: string; readonly source: string };

/** The blocks marked `ts` of an installed README. A first line such as `// counter.test.ts` names the file. */
export function readmeExamples(
  project: string,
  name: (typeof LIBRARIES)[number],
): readonly Example[] {
  const text = new Installed(project, name).text("README.md");
  const blocks = [...text.matchAll(/^```ts\n(?:\/\/ (?<file>[\w.-]+)\n)?(?<source>.*?)^```$/gms)];
  return blocks.map(({ groups }, at) => ({
    name: groups?.["file"] ?? `${name}-${at + 1}.ts`,
    source: groups?.["source"] ?? "",
  }));
}

/** What the examples say they print. */
export function claims(examples: readonly Example[]): readonly string[] {
  return examples.flatMap(({ source }) => claimedOutput(source));
}
