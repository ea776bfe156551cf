import fc from "fast-check";
import { builtinModules } from "node:module";
import { join } from "node:path";
import validate from "validate-npm-package-name";
import { expect, test } from "vitest";
import { packageName } from "../../packages/create-kontiki/src/package-name.ts";

test.each([
  ["/home/me/my-bank", "my-bank"],
  ["/home/me/My Bank", "my-bank"],
  ["/home/me/Café.Zürich", "cafe.zurich"],
  ["/home/me/.hidden_", "hidden"],
  ["/home/me/@scope", "scope"],
  ["/home/me/銀行", "kontiki-project"],
  ["/", "kontiki-project"],
  ["/home/me/node_modules", "node_modules-project"],
  ["/home/me/http", "http-project"],
  ["/home/me/vitest", "vitest-project"],
])("the package in %s is called %s", (folder, name) => {
  expect(packageName(folder)).toBe(name);
});

const folders = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }),
  fc.constantFrom(...builtinModules, "favicon.ico", "node_modules"),
);

test("npm accepts the name that any folder gives", () => {
  fc.assert(
    fc.property(folders, (folder) => {
      expect(validate(packageName(join("/", folder)))).toEqual({
        validForNewPackages: true,
        validForOldPackages: true,
      });
    }),
  );
});
