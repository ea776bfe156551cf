import { describe, expect, it } from "vitest";
import { nodeId } from "@kontiki/core";
import { clientAddress, encodeParcel, type Parcel } from "@kontiki/actors/node";
import { Safety } from "../../../packages/testing/src/claims/safety.ts";
import { Stage, VOTERS } from "../support/stage.ts";

const CLIENT = clientAddress(7);
const FORWARD: Parcel = { type: "forward", client: CLIENT, id: 3, commands: [] };
const REFUSED: Parcel = { type: "refused", id: 3, reason: "notLeader", leader: nodeId("n1") };

type Post = readonly [from: string, to: string, parcel: Parcel];

/** What is reported when nodes send these parcels. */
function posting(...posts: readonly Post[]): readonly string[] {
  const stage = new Stage((report) => new Safety(VOTERS, report));
  stage.startAll();
  for (const [from, to, parcel] of posts)
    stage.happens({ type: "posted", from, to, bytes: encodeParcel(parcel) });
  return stage.reports;
}

describe("a parcel of proposals that the node which got it does not take", () => {
  it.each<readonly [string, readonly Post[]]>([
    ["is refused", [["n2", CLIENT, REFUSED]]],
    ["is forwarded", [["n2", "n1", FORWARD]]],
    [
      "is forwarded, and refused there",
      [
        ["n2", "n1", FORWARD],
        ["n1", CLIENT, REFUSED],
      ],
    ],
  ])("%s", (_what, posts) => {
    expect(posting(...posts)).toEqual([]);
  });

  it.each<readonly [string, readonly Post[]]>([
    [
      "is forwarded and refused by n2",
      [
        ["n2", "n1", FORWARD],
        ["n2", CLIENT, REFUSED],
      ],
    ],
    [
      "is refused and forwarded by n2",
      [
        ["n2", CLIENT, REFUSED],
        ["n2", "n1", FORWARD],
      ],
    ],
    [
      "is forwarded by n2, and again by n1",
      [
        ["n2", "n1", FORWARD],
        ["n1", "n2", FORWARD],
      ],
    ],
    [
      "is refused by n2, and again by n1",
      [
        ["n2", CLIENT, REFUSED],
        ["n1", CLIENT, REFUSED],
      ],
    ],
  ])("%s", (what, posts) => {
    expect(posting(...posts)).toEqual([`forwards: parcel 3 of client/7 ${what}`]);
  });
});
