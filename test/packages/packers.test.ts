import { join } from "node:path";
import { expect, test } from "vitest";
import { nameOf, PACKAGES } from "./support/consumer.ts";
import { output, PNPM, run } from "./support/process.ts";
import { ROOT } from "./support/tarballs.ts";

const REFUSED = [
  { by: "npm pack", command: ["npm", "pack", "--dry-run"] },
  { by: "npm publish", command: ["npm", "publish", "--dry-run"] },
  // There npm has the user agent of pnpm.
  { by: "npm pack in a script of pnpm", command: [...PNPM, "exec", "npm", "pack", "--dry-run"] },
];

test.each(REFUSED)("$by is refused in a line that says what to do", async ({ command }) => {
  const { status, stderr } = await run(command, join(ROOT, "packages/core"));
  expect(status).toBe(1);
  expect(stderr).toContain(
    "kontiki: only pnpm can pack this package: run `npx pnpm@12 pack`, or `publish`\n",
  );
});

test("pnpm publishes the packages, each after those that it needs, and no other", async () => {
  const command = [...PNPM, "--recursive", "publish", "--dry-run", "--no-git-checks", "--json"];
  const published = JSON.parse(await output(command, ROOT)) as readonly { readonly name: string }[];
  expect(published.map(({ name }) => name)).toEqual(PACKAGES.map(nameOf));
});
