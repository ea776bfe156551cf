import { expect, test } from "vitest";
import { OriginalPeer } from "../../support/udp/original-peer.ts";
import { freePlaces, testSocket, UdpProcess, type Place } from "../../support/udp/programs.ts";

/** A node that behaves like the original, on a socket. `heartbeatMs` is its heartbeat. */
async function startPeer(
  self: Place,
  places: readonly Place[],
  electionMs: number,
): Promise<OriginalPeer> {
  const socket = await testSocket(self.port);
  const sender = await testSocket();
  let timer: NodeJS.Timeout | undefined;
  const ids = places.map(({ id }) => id);
  const peer: OriginalPeer = new OriginalPeer(self.id, ids, {
    send: (to, bytes) => {
      const place = places.find(({ id }) => id === to);
      if (place !== undefined) sender.send(bytes, place.port, "127.0.0.1", () => undefined);
    },
    startTimer: (type) => {
      clearTimeout(timer);
      timer = setTimeout(() => peer.timeout(type), type === "election" ? electionMs : 100).unref();
    },
  });
  socket.on("message", (bytes) => peer.receive(bytes));
  socket.on("close", () => clearTimeout(timer));
  return peer;
}

const COMMIT = /^New commit index, to commit: .*Index \{unIndex = (\d\d+|[5-9])\}$/;

test("a Kontiki node follows and leads two nodes of the original, over sockets", async () => {
  const { places, file } = await freePlaces();
  const [, second, third] = places;
  const follower = new UdpProcess(["node0", "--nodes", file]);
  await follower.line(/^Awaiting event$/);
  // One becomes candidate at once, the other almost never.
  const peers = [await startPeer(second, places, 250), await startPeer(third, places, 60_000)];
  await follower.line(COMMIT);
  expect(await follower.line(/^Log: \[\(1,/)).toContain('("node1",0)');
  await follower.kill();

  // A node without a log competes with them: they vote for it without a look at its log.
  const fast = ["--election-timeout", "150", "--heartbeat", "50"];
  const leader = new UdpProcess(["node0", "--nodes", file, ...fast]);
  await leader.line(COMMIT);
  for (const { died } of peers) expect(died).toBeUndefined();
  expect(leader.parsed().length).toBeGreaterThan(10);
});
