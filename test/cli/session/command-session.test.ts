import { beforeEach, describe, expect, test } from "vitest";
import { error, PromptSession } from "../support/prompt-session.ts";

let session: PromptSession;

beforeEach(() => {
  session = new PromptSession();
});

function noOption(word: string, usage: string): string {
  return `"${word}" cannot be here: ${usage}; a word in double quotes is never an option`;
}

describe("a command that cannot run", () => {
  test.each([
    ["frobnicate", 'there is no command "frobnicate"; "help" lists them all'],
    ["toString", 'there is no command "toString"; "help" lists them all'],
    ['"member list"', 'there is no command "member list"; did you mean "member"?'],
    ["quti", 'there is no command "quti"; did you mean "quit"?'],
    ["hlep", 'there is no command "hlep"; did you mean "help"?'],
    ["stauts", 'there is no command "stauts"; did you mean "status"?'],
    ["PUT k v", 'there is no command "PUT"; did you mean "put"?'],
    ["--help", 'there is no command "--help"; did you mean "help"?'],
    ["put --ttl v", noOption("--ttl", "put K V")],
    ["put k --ttl", noOption("--ttl", "put K V")],
    ["get --node", noOption("--node", "get K")],
    ["read --node", noOption("--node", "read K [--consistency C] [--node NODE]")],
    ["read --node n1", noOption("--node", "read K [--consistency C] [--node NODE]")],
    [
      "read k --node --consistency",
      noOption("--consistency", "read K [--consistency C] [--node NODE]"),
    ],
    ["read k --nod n1", 'read does not know "--nod"'],
    ["cas k --absnt v", noOption("--absnt", "cas K OLD NEW")],
    ["list --all", noOption("--all", "list [PREFIX]")],
    ["crash --force", noOption("--force", "crash NODE|leader [OPTIONS]")],
    ["x".repeat(200), `there is no command "${"x".repeat(40)}..."; "help" lists them all`],
    ["put k", "put takes 2 arguments, not 1: put K V"],
    ["get", "get takes 1 argument, not 0: get K"],
    ["list a b", "list takes at most 1 argument, not 2: list [PREFIX]"],
    ["quit now", "quit takes no arguments, not 1: quit"],
  ])("%.60s", async (line, message) => {
    expect(await session.reply(line)).toEqual(error(message));
    expect(session.cluster.calls).toEqual([]);
  });
});

describe("the outcome of a proposal", () => {
  test.each(["definitelyNot", "unknown"] as const)("%s", async (type) => {
    session.cluster.next.push({ type, reason: "because" });
    expect(await session.reply("put k v")).toEqual({
      type: "failed",
      outcome: type,
      message: "because",
    });
  });

  test("an error that is the command's result", async () => {
    session.cluster.next.push({ type: "error", message: "two\n  lines" });
    expect(await session.reply("put k v")).toEqual(error("two lines"));
  });
});

describe("once interrupted", () => {
  test("the running command has an unknown outcome", async () => {
    session.cluster.next.push("never");
    const running = session.reply("put k v");
    session.controller.abort();
    expect(await running).toEqual({
      type: "failed",
      outcome: "unknown",
      message: "interrupted before it was done",
    });
  });

  test.each(["sleep 60000", "wait leader"])("%s ends", async (line) => {
    await session.replies("stop n1", "stop n2", "stop n3");
    const running = session.reply(line);
    session.controller.abort();
    expect(await running).toMatchObject({ type: "failed" });
  });

  test("no other command begins", async () => {
    session.controller.abort();
    expect(await session.reply("put k v")).toEqual({
      type: "failed",
      outcome: "definitelyNot",
      message: "interrupted before it began",
    });
    expect(session.cluster.calls).toEqual([]);
  });
});
