import { setTimeout as delay } from "node:timers/promises";
import { readSource } from "../directory/log-source.ts";
import { KontikiError, messageOf } from "../errors.ts";
import type { Disk } from "../storage/disk/disk.ts";

/** How often a disk is read that seems to be damaged, and how long to wait before it is read again, in ms. */
const ATTEMPTS_MAX = 5;
const PAUSE_MS = 100;

/**
 * What is damaged on the disk of a node that runs, in one line; undefined if nothing is. The node itself reads all its files only
 * when it starts.
 *
 * The node may write to its files while they are read here, and remove some, which is no damage: then they are read again.
 */
export async function hiddenDamage(disk: Disk): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const damage = damageOn(disk);
    if (damage === undefined || attempt === ATTEMPTS_MAX) return damage;
    await delay(PAUSE_MS);
  }
}

function damageOn(disk: Disk): string | undefined {
  try {
    const { recovered, why } = readSource("", disk);
    return why ?? recovered?.damage;
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    return messageOf(error);
  }
}
