import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { PACKAGES, unpackedProject } from "./support/consumer.ts";
import { Installed } from "./support/installed.ts";
import { packedTarballs } from "./support/tarballs.ts";

/**
 * What a user downloads, and what is then on the disk, in thousands of bytes: a tenth more than when it was last measured.
 * More than half of a library is sources and maps, by which editors and debuggers show the code as it was written.
 */
const LIMITS = {
  core: { packed: 139, unpacked: 640 },
  actors: { packed: 1330, unpacked: 5600 },
  testing: { packed: 1450, unpacked: 5600 },
  nats: { packed: 143, unpacked: 560 },
  cli: { packed: 1328, unpacked: 4600 },
  "create-kontiki": { packed: 14, unpacked: 37 },
} as const;

test.each(PACKAGES)("%s is no larger than its limit", async (name) => {
  const tarball = (await packedTarballs()).get(name) ?? "";
  const { bytes } = new Installed(await unpackedProject(), name);
  const { packed, unpacked } = LIMITS[name];
  expect(statSync(tarball).size / 1000).toBeLessThan(packed);
  expect(bytes / 1000).toBeLessThan(unpacked);
});

test("limits have not become loose", async () => {
  const tarballs = await packedTarballs();
  const project = await unpackedProject();
  const loose = PACKAGES.filter((name) => {
    const packed = statSync(tarballs.get(name) ?? "").size / 1000;
    const unpacked = new Installed(project, name).bytes / 1000;
    return packed < LIMITS[name].packed * 0.7 || unpacked < LIMITS[name].unpacked * 0.7;
  });
  expect(loose).toEqual([]);
});
