import { verbs } from "@kontiki/cli";
import { beforeEach, describe, expect, test } from "vitest";
import { error, PromptSession } from "../../support/prompt-session.ts";

let session: PromptSession;

beforeEach(() => {
  session = new PromptSession();
});

async function named(line: string): Promise<readonly string[]> {
  const reply = await session.reply(line);
  if ("outcome" in reply) throw new Error(reply.message);
  return (reply.json as readonly { readonly command: string }[]).map(({ command }) => command);
}

describe("help", () => {
  test("for all verbs, for a group, and for one of a group", async () => {
    expect(await named("help")).toEqual(verbs.map(({ name }) => name));
    expect(await named("help member")).toEqual([
      "member list",
      "member add",
      "member remove",
      "member promote",
    ]);
    expect(await named("help member add")).toEqual(["member add"]);
  });

  test("for one verb", async () => {
    expect(await session.reply("help wait")).toEqual({
      text: `wait leader|converged [--timeout MS]
  wait until there is a leader, or all nodes agree; at most 30 s
  example: wait converged --timeout 5000
`,
      json: [
        {
          command: "wait",
          usage: "wait leader|converged [--timeout MS]",
          summary: "wait until there is a leader, or all nodes agree; at most 30 s",
          example: "wait converged --timeout 5000",
        },
      ],
    });
  });

  test("for a verb that does not exist", async () => {
    expect(
      await session.replies("help me", "help staus", "help cas me", "help member ad", "help nope"),
    ).toEqual([
      error('there is no command "me"; "help" lists them all'),
      error('there is no command "staus"; did you mean "status"?'),
      error('there is no command "cas me"; did you mean "cas"?'),
      error('there is no command "member ad"; did you mean "member add"?'),
      error('there is no command "nope"; "help" lists them all'),
    ]);
  });
});

describe("each verb", () => {
  test("has its own name", () => {
    expect(new Set(verbs.map(({ name }) => name)).size).toBe(verbs.length);
  });

  test.each(verbs)("$name has an example that it accepts", async ({ name, example }) => {
    expect(example.startsWith(name)).toBe(true);
    const reply = await session.reply(example.replace("n4", "n2"));
    expect(reply).not.toMatchObject({
      message: expect.stringMatching(/^there is no command|arguments?|does not know/) as string,
    });
  });
});
