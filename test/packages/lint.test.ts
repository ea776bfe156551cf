import { readFileSync } from "node:fs";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { expect, test } from "vitest";
import { LIBRARIES, PACKAGES } from "./support/consumer.ts";
import { packedTarballs } from "./support/tarballs.ts";

const tarballOf = async (name: string): Promise<string> =>
  (await packedTarballs()).get(name) ?? `no tarball of ${name}`;

test.each(PACKAGES)("publint finds nothing in %s", async (name) => {
  const { buffer } = new Uint8Array(readFileSync(await tarballOf(name)));
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(messages).toEqual([]);
});

/** Ways to resolve an import that need CommonJS, or come before `exports`: ESM is all there is. */
const NOT_OURS = ["node10", "node16-cjs"];

test.each(LIBRARIES)("the types of %s resolve in node16 and bundler modes", async (name) => {
  const tarball = new Uint8Array(readFileSync(await tarballOf(name)));
  const found = await checkPackage(createPackageFromTarballData(tarball));
  const problems = found.types === false ? ["it has no types"] : found.problems;
  const ours = problems.filter(
    (problem) =>
      typeof problem === "string" ||
      !("resolutionKind" in problem && NOT_OURS.includes(problem.resolutionKind)),
  );
  expect(ours).toEqual([]);
});
