import { expect, test } from "vitest";
import * as own from "../../packages/actors/src/errors.ts";

const { ChangeError, KontikiError } = own;

const errors = new URL("../../packages/actors/dist/errors.js", import.meta.url);

test("an error of another copy of this package is one as well, but of no other class", async () => {
  const other = (await import(errors.href)) as typeof own;
  const [plain, change] = [new other.KontikiError("a"), new other.ChangeError("b", "unknown")];
  expect(other.KontikiError).not.toBe(KontikiError);
  const kinds = [plain, change, new ChangeError("c", "unknown"), new Error("d"), null].map(
    (thrown) => [thrown instanceof KontikiError, thrown instanceof ChangeError],
  );
  expect(kinds).toEqual([
    [true, false],
    [true, false],
    [true, true],
    [false, false],
    [false, false],
  ]);
});
