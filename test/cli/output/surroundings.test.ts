import { expect, test } from "vitest";
import { surroundingsText } from "../../../packages/cli/src/output/surroundings.ts";

function systemError(message: string, fields: Readonly<Record<string, string>>): Error {
  return Object.assign(new Error(message), fields);
}

test.each<[Error, string | undefined]>([
  [
    systemError("ENOENT: no such file or directory, uv_cwd", { code: "ENOENT", syscall: "uv_cwd" }),
    "the current folder no longer exists: change to another one",
  ],
  [
    systemError("EMFILE: too many open files, open 'x'", { code: "EMFILE", syscall: "open" }),
    "EMFILE: too many open files, open 'x'; raise the limit of open files (ulimit -n)",
  ],
  [
    systemError("Cannot find package 'x'", { code: "ERR_MODULE_NOT_FOUND" }),
    "Cannot find package 'x'; install kontiki again, or raise the limit of open files (ulimit -n)",
  ],
  [
    systemError("Access to this API has been restricted", {
      code: "ERR_ACCESS_DENIED",
      permission: "FileSystemWrite",
    }),
    "Node's permission model forbids what this command does: start node with --allow-fs-write",
  ],
  [
    systemError("fsync API is disabled when Permission Model is enabled.", {
      code: "ERR_ACCESS_DENIED",
      permission: "",
    }),
    "Node's permission model forbids what this command does: fsync API is disabled when Permission Model is enabled.",
  ],
  [
    new RangeError("Array buffer allocation failed"),
    "not enough memory: Array buffer allocation failed",
  ],
  [
    systemError("EROFS: read-only file system, mkdir 'x'", { code: "EROFS", syscall: "mkdir" }),
    "EROFS: read-only file system, mkdir 'x'",
  ],
  [
    systemError("ENOENT: no such file or directory, mkdtemp '/no/kontiki-engine-XXXXXX'", {
      code: "ENOENT",
      syscall: "mkdtemp",
      path: "/no/kontiki-engine-XXXXXX",
    }),
    "cannot make a folder in /no: no such file or directory; set TMPDIR to a folder that you can write to",
  ],
  [new TypeError("x is not a function"), undefined],
  [systemError("invalid argument", { code: "ERR_INVALID_ARG_TYPE" }), undefined],
])("%s", (error, text) => {
  expect(surroundingsText(error)).toBe(text);
});
