/** What another terminal is told when it does not reach a cluster, or must not start one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { objects, temporaryDirectory } from "../support/kontiki.ts";
import { User } from "../support/user.ts";

let user: User;

beforeEach(() => {
  user = new User();
});

describe("what does not work says why", () => {
  test("no cluster, an unknown one, and one whose process was killed", async () => {
    expect(await user.elsewhere(["status"])).toMatchObject({
      status: 1,
      stderr: 'kontiki: no cluster runs here: "kontiki up --detach" starts one\n',
    });
    await user.serve(["--memory", "--name", "lab", "--serve"]);
    expect((await user.elsewhere(["exec", "nope", "--", "get", "k"])).stderr).toBe(
      "kontiki: no cluster nope runs (registered: lab)\n",
    );
    const entry = { pid: 4194304, data: "/d", socket: join(user.state, "gone.sock"), startedAt: 1 };
    const dead = (name: string): void =>
      writeFileSync(
        join(user.state, `kontiki/clusters/${name}.json`),
        JSON.stringify({ ...entry, name }),
      );
    dead("gone");
    expect((await user.elsewhere(["down", "--name", "gone"])).stderr).toBe(
      "kontiki: gone ended without stopping: process 4194304 is gone; its data is in /d\n",
    );
    dead("gone");
    const listed = await user.elsewhere(["ps"]);
    expect(listed.stderr).toBe(
      "gone ended without stopping: process 4194304 is gone; its data is in /d\n",
    );
    expect(listed.stdout).toMatch(/^lab /m);
    expect(user.registered()).toEqual(["lab.json", "lab.sock"]);
  });

  test("a name that is taken, before any node starts", async () => {
    await user.serve(["--memory", "--name", "lab", "--serve"]);
    expect(await user.elsewhere(["up", "--memory", "--name", "lab", "--serve"])).toEqual({
      status: 1,
      stdout: "",
      stderr: `kontiki: a cluster lab runs already, in process ${process.pid}: choose another --name, or "kontiki down --name lab"\n`,
    });
  });

  test.each([
    [["up", "--name", "../x"], /^kontiki: option '--name <name>' argument '\.\.\/x' is invalid\./],
    [["up", "--detach", "--serve"], /'--detach' cannot be used with option '--serve'/],
    [["up", "--wait", "leader"], /^kontiki: --wait needs --detach$/m],
    [["up", "--detach", "--wait", "x"], /Allowed choices are leader/],
  ])("%j is bad usage", async (args, problem) => {
    const { status, stdout, stderr } = await user.elsewhere(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(problem);
  });

  test("the socket of a process that was killed is replaced", async () => {
    const data = temporaryDirectory();
    writeFileSync(join(data, "control.sock"), "");
    await user.serve(["--data", data, "--serve"]);
    expect((await user.elsewhere(["exec", data, "--", "put", "k", "v"])).status).toBe(0);
  });

  test("a commit is a fact of the cluster: two terminals see the same", async () => {
    await user.serve(["--memory", "--name", "lab", "--serve"]);
    const puts = Array.from({ length: 20 }, (_, at) =>
      user.elsewhere(["exec", "lab", "--", "put", `k${at}`, `${at}`]),
    );
    expect((await Promise.all(puts)).map(({ stdout }) => stdout)).toEqual(puts.map(() => "ok\n"));
    const { stdout } = await user.elsewhere(["exec", "lab", "--json", "--", "list"]);
    expect(objects(stdout)[0]?.["ok"]).toBe(true);
  });
});
