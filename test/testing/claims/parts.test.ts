import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { nodeId, term, type Snapshot } from "@kontiki/core";
import { Safety } from "../../../packages/testing/src/claims/safety.ts";
import { snapshotOf, Stage, VOTERS } from "../support/stage.ts";

const BYTES = Uint8Array.from({ length: 10 }, (_none, at) => at);
const SNAPSHOT: Snapshot = { ...snapshotOf(5, 1), size: BYTES.length, checksum: crc32(BYTES) };

/** Three nodes of term 1, led by n1, which has the snapshot. */
function cluster(): Stage<Safety> {
  const stage = new Stage((report) => new Safety(VOTERS, report));
  stage.startAll();
  stage.elects("n1", 1, ["n2", "n3"]);
  return stage;
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

function receives(stage: Stage): void {
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

  it("is saved with other bytes than were sent", () => {
    const stage = cluster();
    sends(stage, "n1", 0, BYTES);
    saves(stage, 0, BYTES.with(7, 99));
    expect(stage.reports).toEqual([
      "snapshot parts: n2 saves another byte 7 of the snapshot up to 5 than was sent",
    ]);
  });

  it("is sent by two nodes with different bytes", () => {
    const stage = cluster();
    sends(stage, "n1", 0, BYTES);
    sends(stage, "n3", 4, BYTES.subarray(4).with(1, 99));
    expect(stage.reports).toContain(
      "snapshot parts: n3 sends another byte 5 of the snapshot up to 5 than was sent",
    );
  });

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
    expect(stage.reports).toEqual([
      `snapshot parts: n2 takes the snapshot up to 5 as intact, but saved ${had}, and these are not its bytes`,
    ]);
  });

  it("may be sent with bad bytes by a node whose disk is damaged, and must not be received then", () => {
    const stage = cluster();
    const loss = { entries: [], snapshot: 5, isObscure: false };
    stage.happens({ type: "damaged", node: nodeId("n1"), loss });
    sends(stage, "n1", 0, BYTES.with(7, 99));
    saves(stage, 0, BYTES.with(7, 99));
    stage.takes("n2", { type: "snapshotBroken", snapshot: SNAPSHOT }, {});
    expect(stage.reports).toEqual([]);
    receives(stage);
    expect(stage.reports).toEqual([
      "snapshot parts: n2 takes the snapshot up to 5 as intact, but saved 10 bytes of the snapshot up to 5, and these are not its bytes",
    ]);
  });
});
