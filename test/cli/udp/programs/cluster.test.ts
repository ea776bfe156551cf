import { describe, expect, test } from "vitest";
import type { Line } from "../../support/udp/notation-grammar.ts";
import { FAST, freePlaces, logEntries, UdpProcess } from "../../support/udp/programs.ts";

const LEADING = /^Output state: WrapState \(Leader/;
const LOG_OF_FIVE = /^Log: \[\(1,.*\(5,/;

type Started = { readonly nodes: readonly UdpProcess[]; readonly file: string };

async function startThree(): Promise<Started> {
  const { places, file } = await freePlaces();
  const nodes = places.map(({ id }) => new UdpProcess([id, "--nodes", file, ...FAST]));
  return { nodes, file };
}

/** Which of these first reports that it leads, after the lines printed so far. */
async function firstLeader(nodes: readonly UdpProcess[]): Promise<UdpProcess> {
  return Promise.any(
    nodes.map(async (node) => {
      await node.line(LEADING, node.lines.length);
      return node;
    }),
  );
}

describe("three processes", () => {
  test("elect, replicate, lose their leader, elect again, and accept it back", async () => {
    const { nodes, file } = await startThree();
    const leader = await firstLeader(nodes);
    await Promise.all(nodes.map((node) => node.line(LOG_OF_FIVE)));
    const others = nodes.filter((node) => node !== leader);
    await Promise.all(nodes.map((node) => node.line(/^New commit index, to commit: /)));

    const lengths = others.map((node) => node.lines.length);
    await leader.kill();
    const next = await firstLeader(others);
    expect(next).not.toBe(leader);
    const term = /_lCurrentTerm = Term (\d+)/.exec(await next.line(LEADING, next.lines.length));
    expect(Number(term?.[1])).toBeGreaterThan(1);
    await Promise.all(
      others.map((node, at) => node.line(/^New commit index/, (lengths[at] ?? 0) + 50)),
    );

    const id = `node${nodes.indexOf(leader)}`;
    const back = new UdpProcess([id, "--nodes", file, ...FAST]);
    const caughtUp = await back.line(/^Log: \[\(1,.*\(9,/);
    const [survivor] = others;
    const theirs = await survivor?.line(/^Log: \[\(1,.*\(9,/, survivor.lines.length - 20);
    expect(logEntries(caughtUp).slice(0, 8)).toEqual(logEntries(theirs ?? "").slice(0, 8));

    for (const node of [...nodes, back]) expectNotation(node.parsed());
    for (const node of [...others, back]) {
      expect(node.stderr).toBe("");
      node.process.kill("SIGINT");
      expect(await node.exit).toBe(130);
    }
  });
});

/** Each event is followed by both states, the commands, and the log, as in the original. */
function expectNotation(lines: readonly Line[]): void {
  expect(lines.slice(0, 2).map(({ kind }) => kind)).toEqual(["electionTimeout", "awaiting"]);
  let before: string | undefined;
  let turns = 0;
  for (const turn of turnsOf(lines)) {
    const kinds = turn.map(({ kind }) => kind);
    expect(kinds.slice(0, 3)).toEqual(["event", "input", "output"]);
    expect(kinds.indexOf("log")).toBe(kinds.length - 1);
    const texts = kinds.filter((kind) => kind === "text");
    expect(kinds.slice(3, 3 + texts.length)).toEqual(texts);
    const input = turn[1]?.text;
    const roleBefore = roleOf(before);
    if (roleBefore !== "Leader") expect(input).toBe(before ?? input);
    before = turn[2]?.text;
    turns += 1;
  }
  expect(turns).toBeGreaterThan(1);
}

/** A leader's own log grows after its output state is shown, as in the original. */
function roleOf(state: string | undefined): string | undefined {
  return state === undefined ? undefined : /\((\w+) /.exec(state)?.[1];
}

/** The lines between two lines that await an event; an incomplete last part is left out. */
function turnsOf(lines: readonly Line[]): readonly (readonly Line[])[] {
  const turns: Line[][] = [];
  let turn: Line[] = [];
  for (const line of lines.slice(2)) {
    if (line.kind !== "awaiting") turn.push(line);
    else {
      turns.push(turn);
      turn = [];
    }
  }
  return turns;
}
