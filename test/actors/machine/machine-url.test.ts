import { expect, test } from "vitest";
import { machineUrl } from "../../../packages/actors/src/machine/machine-url.ts";

const CALLER = "file:///home/me/program.mjs";

test.each<[string, string | URL, string]>([
  ["a URL", "file:///home/you/echo.mjs", "file:///home/you/echo.mjs"],
  ["a URL object", new URL("file:///home/you/echo.mjs"), "file:///home/you/echo.mjs"],
  ["a data: URL", "data:text/javascript,1", "data:text/javascript,1"],
  ["a path from the calling file", "./machines/echo.mjs", "file:///home/me/machines/echo.mjs"],
])("a state machine is named by %s", (_, module, url) => {
  expect(machineUrl(module, CALLER)).toBe(url);
});

test.runIf(process.platform !== "win32")("a state machine is named by an absolute path", () => {
  expect(machineUrl("/home/you/an echo.mjs", CALLER)).toBe("file:///home/you/an%20echo.mjs");
});

test.each([["http://["], [""], [5 as unknown as string]])("%j names no state machine", (name) => {
  expect(() => machineUrl(name, CALLER)).toThrow(
    /^stateMachine is .*: pass a URL, or a path that starts from the calling file$/,
  );
});
