import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { nodeId, term, type Snapshot } from "@kontiki/core";
import { Safety } from "../../../packages/testing/src/claims/safety.ts";
import { snapshotOf, Stage, VOTERS } from "../support/stage.ts";

const BYTES = Uint8Array.from({ length: 10 }, (_none, at) => at);
const SNAPSHOT: Snapshot = { ...snapshotOf(5, 1), size: BYTES.length, checksum: crc32(BYTES) };

/** Three nodes of term 1, led by n1, which has the file of the snapshot. */
function cluster(): Stage<Safety> {
  const stage = new Stage((report) => new Safety(VOTERS, report));
  stage.startAll();
  stage.elects("n1", 1, ["n2", "n3"]);
  publishes(stage, "n1", BYTES);
  return stage;
}

function publishes(stage: Stage, node: string, bytes: Uint8Array, isDurable = true): void {
  const what = { name: "5-1.snapshot", bytes, isDurable };
  stage.happens({ type: "published", node: nodeId(node), uid: 0, ...what });
}

/** A fault damages the file of the snapshot. */
function rots(stage: Stage, node: string): void {
  const loss = { entries: [], snapshot: 5, isObscure: false };
  stage.happens({ type: "damaged", node: nodeId(node), loss });
}

function sends(stage: Stage, from: string, offset: number, bytes: Uint8Array): void {
  const message = {
    type: "snapshotChunk",
    term: term(1),
    snapshot: SNAPSHOT,
    offset,
    bytes,
  } as const;
  stage.posts(from, "n2", message);
}

function saves(stage: Stage, offset: number, bytes: Uint8Array): void {
  stage.step("n2", {}, { type: "saveChunk", snapshot: SNAPSHOT, offset, bytes });
}

function receives(stage: Stage, bytes: Uint8Array = BYTES): void {
  publishes(stage, "n2", bytes);
  stage.takes("n2", { type: "snapshotReceived", snapshot: SNAPSHOT }, {});
}

function restarts(stage: Stage): void {
  stage.ends("n2");
  stage.start("n2", { hard: { term: term(1), votedFor: nodeId("n1") } });
}

describe("a snapshot in parts", () => {
  it("is sent, saved in order, and received", () => {
    const stage = cluster();
    for (const at of [0, 4, 8]) {
      sends(stage, "n1", at, BYTES.subarray(at, at + 4));
      saves(stage, at, BYTES.subarray(at, at + 4));
    }
    receives(stage);
    expect(stage.reports).toEqual([]);
  });

  it("may begin again, also after a restart, and parts may be of other sizes then", () => {
    const stage = cluster();
    sends(stage, "n1", 0, BYTES.subarray(0, 4));
    saves(stage, 0, BYTES.subarray(0, 4));
    sends(stage, "n1", 0, BYTES.subarray(0, 6));
    saves(stage, 0, BYTES.subarray(0, 6));
    restarts(stage);
    sends(stage, "n1", 0, BYTES);
    saves(stage, 0, BYTES);
    receives(stage);
    expect(stage.reports).toEqual([]);
  });

  it("is saved with a gap", () => {
    const stage = cluster();
    saves(stage, 0, BYTES.subarray(0, 4));
    saves(stage, 6, BYTES.subarray(6));
    expect(stage.reports).toEqual([
      "snapshot parts: n2 saves the snapshot up to 5 from byte 6 on, but has 4 bytes",
    ]);
  });

  it("continues after a restart that has forgotten its beginning", () => {
    const stage = cluster();
    saves(stage, 0, BYTES.subarray(0, 4));
    restarts(stage);
    saves(stage, 4, BYTES.subarray(4));
    expect(stage.reports).toEqual([
      "snapshot parts: n2 saves the snapshot up to 5 from byte 4 on, but has 0 bytes",
    ]);
  });

  it("is saved with other bytes than its file has", () => {
    const stage = cluster();
    saves(stage, 0, BYTES.with(7, 99));
    expect(stage.reports).toEqual([
      "snapshot parts: n2 saves another byte 7 of the snapshot up to 5 than its first file has",
    ]);
  });

  it("is sent with other bytes than the sender's file has", () => {
    const stage = cluster();
    sends(stage, "n1", 4, BYTES.subarray(4).with(1, 99));
    expect(stage.reports).toEqual([
      "snapshot parts: n1 sends another byte 5 of the snapshot up to 5 than its file has",
    ]);
  });

  it.each([
    ["never had it", () => {}],
    ["has another file of that name", (stage) => publishes(stage, "n3", BYTES.with(7, 99))],
    ["is not certain to have it after a crash", (stage) => publishes(stage, "n3", BYTES, false)],
  ] satisfies readonly [string, (stage: Stage) => void][])(
    "is sent by a node that %s",
    (_why, before) => {
      const stage = cluster();
      before(stage);
      sends(stage, "n3", 0, BYTES);
      expect(stage.reports).toContain(
        "snapshot parts: n3 sends the snapshot up to 5, which is not on its disk",
      );
    },
  );

  it.each([
    [
      "its bytes are not those of the checksum",
      BYTES.with(7, 99),
      "10 bytes of the snapshot up to 5",
    ],
    ["a part is missing", BYTES.subarray(0, 8), "8 bytes of the snapshot up to 5"],
  ])("is received although %s", (_why, bytes, had) => {
    const stage = cluster();
    saves(stage, 0, bytes);
    receives(stage);
    expect(stage.reports).toContain(
      `snapshot parts: n2 takes the snapshot up to 5 as intact, but saved ${had}, and these are not its bytes`,
    );
  });

  it("is received with other bytes that have the same checksum", () => {
    const stage = cluster();
    const [one, other] = collision();
    const snapshot = { ...SNAPSHOT, size: one.length, checksum: crc32(one) };
    publishes(stage, "n1", one);
    stage.step("n2", {}, { type: "saveChunk", snapshot, offset: 0, bytes: other });
    publishes(stage, "n2", other);
    stage.takes("n2", { type: "snapshotReceived", snapshot }, {});
    expect(stage.reports).toEqual([
      "snapshot parts: n2 saves another byte 0 of the snapshot up to 5 than its first file has",
      "snapshot parts: n2 installs another byte 0 of the snapshot up to 5 than its first file has",
    ]);
  });

  it("is published with other bytes than were accepted", () => {
    const stage = cluster();
    saves(stage, 0, BYTES);
    publishes(stage, "n2", BYTES.with(3, 99));
    expect(stage.reports).toEqual([
      "snapshot parts: n2 publishes the snapshot up to 5 with another byte 3 than it accepted",
    ]);
  });

  it.each([
    ["published", () => {}],
    ["durable", (stage) => publishes(stage, "n2", BYTES, false)],
  ] satisfies readonly [string, (stage: Stage) => void][])(
    "is received and is not %s",
    (_what, before) => {
      const stage = cluster();
      saves(stage, 0, BYTES);
      before(stage);
      stage.takes("n2", { type: "snapshotReceived", snapshot: SNAPSHOT }, {});
      expect(stage.reports).toEqual([
        "snapshot parts: n2 takes the snapshot up to 5 as durable, but no file on its disk has this name, size and checksum",
      ]);
    },
  );

  it("is taken of a node's own state, and its file has another checksum", () => {
    const stage = cluster();
    publishes(stage, "n3", BYTES.with(3, 99));
    stage.takes("n3", { type: "snapshotTaken", snapshot: SNAPSHOT }, {});
    expect(stage.reports).toEqual([
      "snapshot parts: n3 takes the snapshot up to 5 as durable, but no file on its disk has this name, size and checksum",
    ]);
  });

  it("may be sent with bad bytes by a node whose file is damaged, and must not be received then", () => {
    const stage = cluster();
    rots(stage, "n1");
    sends(stage, "n1", 0, BYTES.with(7, 99));
    saves(stage, 0, BYTES.with(7, 99));
    stage.takes("n2", { type: "snapshotBroken", snapshot: SNAPSHOT }, {});
    expect(stage.reports).toEqual([]);
    receives(stage);
    expect(stage.reports).toContain(
      "snapshot parts: n2 takes the snapshot up to 5 as intact, but saved 10 bytes of the snapshot up to 5, and these are not its bytes",
    );
  });

  it("is what the file has again once a damaged file is replaced", () => {
    const stage = cluster();
    rots(stage, "n1");
    publishes(stage, "n1", BYTES);
    sends(stage, "n1", 0, BYTES.with(7, 99));
    expect(stage.reports).toEqual([
      "snapshot parts: n1 sends another byte 7 of the snapshot up to 5 than its file has",
    ]);
  });

  it("is put together only of parts that are intact", () => {
    const stage = cluster();
    rots(stage, "n1");
    const part = { snapshot: SNAPSHOT, offset: 0, bytes: BYTES.with(7, 99) } as const;
    stage.posts("n1", "n2", { type: "fetchedChunk", term: term(1), ...part });
    expect(stage.reports).toEqual([
      "snapshot parts: n1 sends another byte 7 of the snapshot up to 5 than its first file has",
    ]);
  });
});

/** Two different runs of bytes with the same CRC-32: the checksum is linear, and this difference is a multiple of its polynomial. */
function collision(): readonly [Uint8Array, Uint8Array] {
  const one = BYTES;
  const difference = [0x41, 0x06, 0x71, 0xdb, 0x01];
  return [one, one.map((byte, at) => byte ^ (difference[at] ?? 0))];
}
