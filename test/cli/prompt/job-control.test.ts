import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/kontiki.ts";
import { Terminal } from "../support/terminal.ts";

const CTRL_C = "\u0003";
const CTRL_Z = "\u001a";
const UP = "\u001b[A";

test("on a terminal: Ctrl-Z and fg, Ctrl-C, a typo, and a history for the next run", async () => {
  const state = temporaryDirectory();
  const terminal = new Terminal({ XDG_STATE_HOME: state });
  await terminal.type("kontiki up --memory --nodes 1\r").shows(/kontiki> /);

  await terminal.type("put k v\r").shows(/\nok\s[^]*kontiki> /);
  await terminal.type(CTRL_Z).shows(/Stopped[^]*shell> /);
  await terminal.type("fg\r").shows(/kontiki> /);
  await terminal.type("get k\r").shows(/\nv\s[^]*kontiki> /);

  // While a command runs, and the shell sets other modes in between.
  await terminal.type("sleep 60000\r").shows(/sleep 60000\s*\n/);
  await terminal.type(CTRL_Z).shows(/Stopped[^]*shell> /);
  await terminal.type("stty sane; fg\r").shows(/kontiki> /);
  await terminal.type(CTRL_C).shows(/not done: interrupted before it was done[^]*kontiki> /);

  await terminal.type("staus\r").shows(/did you mean "status"\?[^]*kontiki> /);
  await terminal.type(CTRL_C).shows(/Ctrl-C again quits/);
  await terminal.type(CTRL_C).shows(/shell> /);
  await terminal.type("echo status $?\r").shows(/\nstatus 0\s/);

  const lines = "put k v\nget k\nsleep 60000\nstaus\n";
  expect(readFileSync(join(state, "kontiki", "history"), "utf8")).toBe(lines);
  await terminal.type("kontiki up --memory --nodes 1\r").shows(/kontiki> /);
  await terminal.type(`${UP}${UP}${UP}\r`).shows(/get k\s+\(absent\)/);
  await terminal.type("quit\r").shows(/shell> /);
  await terminal.type("exit\r").shows(/exit/);
});
