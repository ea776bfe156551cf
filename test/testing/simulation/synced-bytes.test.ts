import type { DiskFile } from "@kontiki/actors/node";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { SimDisk } from "../../../packages/testing/src/simulation/sim-disk.ts";
import { codeOf, simDisk, KEPT } from "../support/sim-disk.ts";

type Operation =
  | { readonly type: "append" | "reserve"; readonly bytes: number }
  | { readonly type: "sync" | "failSync" }
  | { readonly type: "truncate"; readonly drop: number }
  | { readonly type: "create"; readonly bytes: number };

const OPERATIONS = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constantFrom("append" as const, "reserve" as const),
      bytes: fc.nat(1500),
    }),
    fc.record({ type: fc.constantFrom("sync" as const, "sync" as const, "failSync" as const) }),
    fc.record({ type: fc.constant("truncate" as const), drop: fc.nat(700) }),
    fc.record({ type: fc.constant("create" as const), bytes: fc.nat(1500) }),
  ),
  { maxLength: 20 },
);

/**
 * A file that is used correctly: after a failed sync it is opened again, and everything that may not be durable is written
 * again. `promised` has what a successful sync covers, `content` what is written.
 */
class Careful {
  readonly disk: SimDisk;
  content: Buffer = Buffer.alloc(0);
  promised: Buffer = Buffer.alloc(0);
  /** The length of the file, and what of it is certain. */
  reserved = 0;
  promisedLength = 0;
  #file: DiskFile;
  #next = 0;

  constructor(disk: SimDisk) {
    this.disk = disk;
    disk.create("f", this.content);
    this.#file = disk.open("f");
  }

  do(operation: Operation): void {
    switch (operation.type) {
      case "append": {
        const bytes = this.#fresh(operation.bytes);
        this.#file.append(bytes);
        this.content = Buffer.concat([this.content, bytes]);
        this.reserved = Math.max(this.reserved, this.content.length);
        return;
      }
      case "reserve":
        this.reserved = Math.max(this.reserved, this.content.length + operation.bytes);
        this.#file.reserve(this.reserved);
        return;
      case "sync":
        this.#file.sync();
        this.promised = this.content;
        this.promisedLength = this.reserved;
        return;
      case "failSync":
        return this.#failSync();
      case "truncate": {
        const length = Math.max(0, this.content.length - operation.drop);
        this.#file.truncate(length);
        this.content = this.content.subarray(0, length);
        this.reserved = length;
        return this.do({ type: "sync" });
      }
      case "create":
        this.content = this.#fresh(operation.bytes);
        this.promised = this.content;
        this.reserved = this.content.length;
        this.promisedLength = this.reserved;
        this.disk.create("f", this.content);
        this.#file = this.disk.open("f");
        return;
      default:
        operation satisfies never;
    }
  }

  #failSync(): void {
    const end = this.disk.beginErrors("sync");
    expect(codeOf(() => this.#file.sync())).toBe("EIO");
    end();
    this.#file = this.disk.open("f", this.content.length);
    this.#file.rewrite(this.promised.length, this.content.subarray(this.promised.length));
  }

  /** No byte is 0, and neighbours differ, so that a lost or moved byte is visible. */
  #fresh(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => (this.#next = (this.#next % 251) + 1)));
  }
}

test("synced bytes survive a loss of power, whatever else is kept", () => {
  fc.assert(
    fc.property(OPERATIONS, fc.constantFrom(...KEPT), fc.nat(), (operations, kept, seed) => {
      const { disk } = simDisk(seed);
      const file = new Careful(disk);
      for (const operation of operations) file.do(operation);
      const { content, promised, reserved, promisedLength } = file;
      const padded = (bytes: Buffer, length: number): Buffer =>
        Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
      disk.losePower(kept);
      const found = Buffer.from(disk.read("f"));
      expect(found.subarray(0, promised.length)).toEqual(promised);
      expect(found.length).toBeLessThanOrEqual(reserved);
      expect(found.length).toBeGreaterThanOrEqual(promisedLength);
      const lost = found.filter((byte, at) => byte !== content[at]);
      expect(lost.every((byte) => byte === 0)).toBe(true);
      if (kept === "nothing") expect(found).toEqual(padded(promised, promisedLength));
      if (kept === "everything") expect(found).toEqual(padded(content, reserved));
      // A second loss of power has nothing to lose.
      disk.losePower("nothing");
      expect(Buffer.from(disk.read("f"))).toEqual(found);
    }),
    { numRuns: 300 },
  );
});
