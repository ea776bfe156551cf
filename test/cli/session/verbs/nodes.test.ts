import { ChangeError, KontikiError } from "@kontiki/actors";
import { verbs, type Failure } from "@kontiki/cli";
import { nodeId } from "@kontiki/core";
import { beforeEach, describe, expect, test } from "vitest";
import { WORDS_FOR_NODES } from "../../../../packages/actors/dist/options/node-names.js";
import { failureText } from "../../../../packages/cli/src/prompt/failure-text.ts";
import { error, PromptSession, type Shown } from "../../support/prompt-session.ts";

let session: PromptSession;

beforeEach(() => {
  session = new PromptSession();
});

describe("nodes", () => {
  test("the leader by its name, and as leader", async () => {
    expect(
      await session.replies("leader", "wait leader", "crash leader", "stop n1", "leader"),
    ).toEqual([
      { text: "n1\n", json: "n1" },
      { text: "n1\n", json: "n1" },
      { text: "n1 crashed\n", json: "n1" },
      { text: "n1 stopped\n", json: "n1" },
      { text: "n2\n", json: "n2" },
    ]);
  });

  test("no leader", async () => {
    await session.replies("stop n1", "stop n2", "stop n3");
    expect(await session.replies("leader", "start n2", "leader")).toEqual([
      { text: "(none)\n", json: null },
      { text: "n2 started\n", json: "n2" },
      { text: "n2\n", json: "n2" },
    ]);
  });

  test("status: a table for people, an object for each node for programs", async () => {
    await session.reply("stop n3");
    const reply = await session.reply("status");
    const n2 = {
      node: "n2",
      life: "running",
      member: true,
      leads: false,
      role: "follower",
      term: 1,
      commit: 1,
      last: 1,
      applied: 1,
      first: 1,
      snapshot: 0,
      votes: true,
      condition: null,
      repairing: false,
      lacks: null,
      receiving: null,
      uid: 0,
      incarnation: 1,
      restarts: 0,
      cause: null,
      trouble: null,
    };
    const absent = Object.fromEntries(
      Object.keys(n2)
        .slice(4, 16)
        .map((field) => [field, null]),
    );
    expect(reply).toEqual({
      text: `   node  role      term  first  commit  last  applied  snap  inc  restarts
*  n1    leader       1      1       1     1        1     0    1         0
   n2    follower     1      1       1     1        1     0    1         0
   n3    stopped      -      -       -     -        -     -    1         0
`,
      json: [
        { ...n2, node: "n1", leads: true, role: "leader" },
        n2,
        { ...n2, ...absent, node: "n3", life: "stopped" },
      ],
    });
  });

  test("status tells of a node that is no member, and what to do", async () => {
    session.cluster.strays = ["n3"];
    const { text, json } = (await session.reply("status")) as Shown;
    expect(text).toMatch(/^ *n3 +no member /m);
    expect(text).toContain(
      '\nn3 is not a member of the cluster: "member remove n3" removes it and its disk\n',
    );
    expect(json).toMatchObject([{ member: true }, { member: true }, { member: false }]);
  });

  test("status shows nodes of other hosts, and that nothing is known of those of a silent one", async () => {
    const { cluster } = session;
    const [n1, n2] = cluster.status();
    if (n1 === undefined || n2?.raft === undefined) throw new Error("there are three nodes");
    const elsewhere = { ...n2, id: nodeId("m1") };
    cluster.others = [
      { host: "b", nodeIds: [elsewhere.id], nodes: [elsewhere], silent: undefined, heardAgoMs: 9 },
      {
        host: "c",
        nodeIds: [nodeId("m2")],
        nodes: undefined,
        silent: "host c has not answered within 1000 ms",
        heardAgoMs: 4200,
      },
    ];
    const { text, json } = (await session.reply("status")) as Shown;
    expect(text).toMatch(/^ *m1 +follower /m);
    expect(text).toContain(
      "\nhost b has m1\n" +
        "host c has m2, of which nothing is known: host c has not answered within 1000 ms, last heard 4 s ago\n",
    );
    const told = (json as readonly { readonly node: string }[]).slice(3);
    expect(told).toEqual([
      expect.objectContaining({ node: "m1", host: "b", life: "running", leads: false }),
      {
        node: "m2",
        host: "c",
        life: null,
        cause: "host c has not answered within 1000 ms",
      },
    ]);
  });

  test("the leader may be on another host, and so may nodes that are removed and promoted", async () => {
    const { cluster } = session;
    const [n1] = cluster.status();
    if (n1 === undefined) throw new Error("there are three nodes");
    const leader = { ...n1, id: nodeId("m1") };
    cluster.others = [
      { host: "b", nodeIds: [leader.id], nodes: [leader], silent: undefined, heardAgoMs: 9 },
    ];
    await session.replies("stop n1", "stop n2", "stop n3");
    expect(await session.replies("leader", "member remove m1")).toEqual([
      { text: "m1\n", json: "m1" },
      { text: "m1 removed\n", json: "m1" },
    ]);
    expect(session.announced).toEqual(["m1: it leaves the cluster, and its disk will be deleted"]);
  });

  test("a failed node has its cause in the status", async () => {
    session.cluster.setLife("n2", { type: "restarting", cause: "out of memory" });
    expect(await session.reply("status")).toMatchObject({
      json: [{ cause: null }, { life: "restarting", cause: "out of memory" }, { cause: null }],
    });
  });

  test("a node that does not exist", async () => {
    expect(await session.reply("crash n9")).toEqual(error("there is no node n9"));
  });

  test("a disk is wiped, a snapshot taken, a log compacted", async () => {
    expect(await session.replies("wipe n2", "snapshot leader", "compact n2")).toEqual([
      { text: "n2 wiped\n", json: "n2" },
      {
        text: "n1 has a snapshot up to entry 1, 1234 bytes\n",
        json: { node: "n1", index: 1, size: 1234 },
      },
      { text: "the log of n2 begins at entry 2\n", json: { node: "n2", first: 2 } },
    ]);
    expect(session.cluster.calls).toContain("wipe n2");
  });
});

describe("commands that destroy something", () => {
  test.each(["wipe", "member remove", "member add n4 --replace"])(
    "%s takes an exact name, not whichever node leads",
    async (command) => {
      const { cluster } = session;
      const { nodeIds } = cluster;
      const verb = command.startsWith("member add") ? "--replace" : command;
      const message = `${verb} takes the name of a node, not "leader": `;
      expect(await session.reply(`${command} leader`)).toEqual(
        error(`${message}the leader is n1 now`),
      );
      for (const id of nodeIds) await cluster.node(id).stop();
      expect(await session.reply(`${command} leader`)).toEqual(
        error(`${message}there is no leader now`),
      );
      expect(cluster.nodeIds).toEqual(nodeIds);
      expect(cluster.calls).toEqual([]);
      expect(session.announced).toEqual([]);
    },
  );

  test("tell first what will happen", async () => {
    const { cluster, announced } = session;
    const tellsFirst = (line: string, message: string): string => {
      expect(announced.pop()).toBe(message);
      return line;
    };
    cluster.removeNode = (id) =>
      Promise.reject(
        new KontikiError(
          tellsFirst(`not ${id}`, "n2: it leaves the cluster, and its disk will be deleted"),
        ),
      );
    expect(await session.reply("member remove n2")).toEqual(error("not n2"));
    await session.replies("wipe n2", "member add n4 --replace n3", "wipe n9", "crash n1");
    expect(announced).toEqual([
      "n2: its disk will be deleted; it then copies everything from the others",
      "n3: when n4 has joined, it leaves the cluster, and its disk will be deleted",
    ]);
  });

  test("only names that no node can have are read as something else", () => {
    const words = verbs.flatMap(
      ({ usage }) => /NODE\|([a-z|]+)/.exec(usage)?.[1]?.split("|") ?? [],
    );
    expect([...new Set(words)]).toEqual(["leader"]);
    expect(WORDS_FOR_NODES).toEqual(expect.arrayContaining(words));
  });
});

describe("members", () => {
  test("are added, promoted, replaced and removed", async () => {
    expect(
      await session.replies(
        "member add n4",
        "member add n5 --learner",
        "member promote n5",
        "member add n6 --replace n2",
        "member remove n1",
        "member list",
      ),
    ).toEqual([
      { text: "n4 added as a voter\n", json: "n4" },
      { text: "n5 added as a learner\n", json: "n5" },
      { text: "n5 promoted\n", json: "n5" },
      { text: "n6 added as a voter\n", json: "n6" },
      { text: "n1 removed\n", json: "n1" },
      {
        text: `   node  member  uid
*  n3    voter     0
   n4    voter     1
   n5    voter     2
   n6    voter     3
since entry 3
`,
        json: {
          leader: "n3",
          index: 3,
          committed: true,
          members: [
            { id: "n3", role: "voter", uid: 0 },
            { id: "n4", role: "voter", uid: 1 },
            { id: "n5", role: "voter", uid: 2 },
            { id: "n6", role: "voter", uid: 3 },
          ],
        },
      },
    ]);
    expect(session.cluster.calls.filter((call) => call.startsWith("add"))).toEqual([
      "add n4 voter -",
      "add n5 learner -",
      "add n6 voter n2",
    ]);
  });

  test("the leader hands over to a named node, or to any", async () => {
    expect(await session.replies("transfer n3", "transfer")).toEqual([
      { text: "n3\n", json: "n3" },
      { text: "n2\n", json: "n2" },
    ]);
    expect(session.cluster.calls).toEqual(["transfer n3", "transfer -"]);
  });

  test("a change that failed has its outcome, in text and JSON", async () => {
    const { cluster } = session;
    cluster.addNode = () => Promise.reject(new ChangeError("adding n4: why", "definitelyNot"));
    cluster.removeNode = () => Promise.reject(new ChangeError("removing n1: why", "unknown"));
    cluster.transfer = () => Promise.reject(new KontikiError("it is no voter"));
    const failures = await session.replies("member add n4", "member remove n1", "transfer n2");
    expect(failures).toEqual([
      { type: "failed", outcome: "definitelyNot", message: "adding n4: why" },
      { type: "failed", outcome: "unknown", message: "removing n1: why" },
      { type: "failed", outcome: "error", message: "it is no voter" },
    ]);
    expect(failures.map((failure) => failureText(failure as Failure, undefined))).toEqual([
      "not done: adding n4: why",
      "unknown whether done: removing n1: why",
      "it is no voter",
    ]);
  });

  test.each([
    ["member", "member takes list, add, remove or promote, not nothing"],
    ["member ad n4", 'member takes list, add, remove or promote, not "ad"; did you mean "add"?'],
    [
      "member add",
      "member add takes 1 to 3 arguments, not 0: member add NODE [--learner|--replace OLD]",
    ],
    ["member add n4 n5", 'member add does not know "n5"'],
    [
      "member add n4 --replace",
      "an argument is missing: member add NODE [--learner|--replace OLD]",
    ],
    ["member list all", "member list takes no arguments, not 1: member list"],
    ["member remove n9", "there is no node n9"],
    ["member promote n9", "there is no node n9"],
    ["wipe", "wipe takes 1 argument, not 0: wipe NODE"],
  ])("%s", async (line, message) => {
    expect(await session.reply(line)).toEqual(error(message));
  });
});
