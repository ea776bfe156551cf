import { describe, expect, test } from "vitest";
import type { Kept } from "../../../packages/testing/src/scenario/fault.ts";
import type { SimDisk } from "../../../packages/testing/src/simulation/sim-disk.ts";
import { bytesOf, codeOf, files, simDisk } from "../support/sim-disk.ts";

describe("a file's name", () => {
  class Crash extends Error {}

  /** Changes a name with a crash before that step, loses power, and returns the remaining files. */
  function after(step: string, kept: Kept, act: (disk: SimDisk) => void): Record<string, string> {
    let isArmed = false;
    const { disk } = simDisk(1, (each) => {
      if (isArmed && each === step) throw new Crash();
    });
    disk.create("f", bytesOf("old"));
    isArmed = true;
    expect(() => act(disk)).toThrow(Crash);
    disk.losePower(kept);
    isArmed = false;
    disk.tidy();
    return files(disk);
  }

  const publish = (disk: SimDisk): void => {
    const file = disk.begin("temporary");
    file.append(bytesOf("ne"));
    file.append(bytesOf("w"));
    file.publish("f");
  };
  test.each<[string, (disk: SimDisk) => void, Record<string, string>]>([
    ["create", (disk) => disk.create("f", bytesOf("new")), { f: "new" }],
    ["publish", publish, { f: "new" }],
    ["remove", (disk) => disk.remove("f"), {}],
  ])("with a crash in %s, all of it happens or nothing", (step, act, done) => {
    expect(after(step, "everything", act)).toEqual({ f: "old" });
    expect(after("syncNames", "nothing", act)).toEqual({ f: "old" });
    expect(after("syncNames", "everything", act)).toEqual(done);
  });

  test("is durable when the folder is tidied after its sync failed", () => {
    const { disk } = simDisk();
    const file = disk.begin("temporary");
    file.append(bytesOf("new"));
    const end = disk.beginErrors("sync");
    // The file itself is synced before it gets its name.
    expect(codeOf(() => file.publish("f"))).toBe("EIO");
    end();
    expect(files(disk)).toEqual({});
    disk.create("g", bytesOf("x"));
    disk.losePower("nothing");
    expect(files(disk)).toEqual({ g: "x" });
  });
});
