import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCrashMatrix } from "@kontiki/testing";
import { HUNTS } from "./campaign.ts";
import type { Catch, HuntName } from "./hunt.ts";

/** Makes the crashes of a hunt on threads. Returns the first that was not survived. */
export async function crashHunt(name: HuntName): Promise<Catch | undefined> {
  const hunt = HUNTS[name];
  if (hunt.engine !== "threads") return undefined;
  const folder = mkdtempSync(join(tmpdir(), "kontiki-crash-hunt-"));
  const { engine, points } = hunt;
  try {
    for await (const cell of runCrashMatrix({ dataDir: join(folder, "data"), points })) {
      const { point, role, loss, outcome, what } = cell;
      if (outcome !== "ok")
        return { hunt: name, engine, check: outcome, text: `${point}, ${role}, ${loss}: ${what}` };
    }
    return undefined;
  } catch (error) {
    return { hunt: name, engine, check: "exception", text: String(error) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
