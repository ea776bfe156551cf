import { rule, type Rule } from "../../options/rules.ts";
import type { Disk } from "./disk.ts";

/** What is given where a disk is needed. */
export const givenDisk: Rule<Disk> = rule("a disk, such as new FileDisk(folder)", isDisk);

function isDisk(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { create, list, open } = value as Partial<Disk>;
  return [create, list, open].every((one) => typeof one === "function");
}
