import { once } from "node:events";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../support/kontiki.ts";
import {
  FAST,
  freePlaces,
  logEntries,
  testSocket,
  UdpProcess,
} from "../../support/udp/programs.ts";

/** RequestVote of node1 and node2 in term 7, from the documented layout, with the last entry 9 of term 6. */
function requestVoteHex(id: string): string {
  const name = `0000000000000005${Buffer.from(id).toString("hex")}`;
  return `${name}00${le(7)}${name}${le(9)}${le(6)}`;
}

function le(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes.toString("hex");
}

test("a vote survives kill -9: no other node gets it in that term", async () => {
  const { places, file } = await freePlaces();
  const args = ["node0", "--nodes", file, "--data", temporaryDirectory()];
  const [node1, node2] = [await testSocket(places[1].port), await testSocket(places[2].port)];
  const first = new UdpProcess(args);
  await first.line(/^Awaiting event$/);
  node1.send(Buffer.from(requestVoteHex("node1"), "hex"), places[0].port, "127.0.0.1");
  const [granted] = (await once(node1, "message")) as [Buffer];
  expect(granted.toString("hex")).toBe(`00000000000000056e6f64653001${le(7)}01`);
  await first.kill();

  const second = new UdpProcess(args);
  expect(await second.line(/^Log: Restored/)).toBe("Log: Restored term 7 and a log of 0");
  await second.line(/^Awaiting event$/);
  node2.send(Buffer.from(requestVoteHex("node2"), "hex"), places[0].port, "127.0.0.1");
  const [refused] = (await once(node2, "message")) as [Buffer];
  expect(refused.toString("hex")).toBe(`00000000000000056e6f64653001${le(7)}00`);
  expect(await second.line(/^Input state: /)).toBe(
    'Input state: WrapState (Follower (FollowerState {_fCurrentTerm = Term 7, _fCommitIndex = Index {unIndex = 0}, _fVotedFor = Just "node1"}))',
  );
});

test("a cluster whose processes are all killed continues with its log", async () => {
  const { places, file } = await freePlaces();
  const data = temporaryDirectory();
  const start = (): readonly UdpProcess[] =>
    places.map(({ id }) => new UdpProcess([id, "--nodes", file, "--data", data, ...FAST]));
  const firstRun = start();
  await Promise.all(firstRun.map((node) => node.line(/^Log: \[\(1,.*\(8,/)));
  await Promise.all(firstRun.map((node) => node.line(/^New commit index/)));
  await Promise.all(firstRun.map((node) => node.kill()));
  const committed = Math.max(...firstRun.map(lastCommit));
  const kept = firstRun.map(lastLog);
  expect(committed).toBeGreaterThan(0);

  const secondRun = start();
  await Promise.all(secondRun.map((node) => node.line(/^Log: Restored term/)));
  const later = await Promise.all(
    secondRun.map((node) => node.line(new RegExp(`^Log: \\[\\(1,.*\\(${committed + 10},`))),
  );
  for (const line of later) {
    const entries = logEntries(line).slice(0, committed);
    expect(kept.map((log) => log.slice(0, committed))).toContainEqual(entries);
  }
});

function lastCommit(node: UdpProcess): number {
  const line = node.lines.findLast((known) => known.startsWith("New commit index")) ?? "";
  return Number(/(\d+)\}$/.exec(line)?.[1] ?? 0);
}

function lastLog(node: UdpProcess): readonly string[] {
  return logEntries(node.lines.findLast((line) => /^Log: \[.*\]$/.test(line)) ?? "");
}
