import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Children } from "./children.ts";

const PROGRAM = new URL("../engine/guard-program.js", import.meta.url);

/** A folder for everything that an engine writes, and what makes sure that nothing of it is left. */
export type Guard = {
  readonly root: string;
  readonly children: Children;
  /** Ends all processes that the engine has started, and removes the folder. Resolves when both is done. */
  close(): Promise<void>;
};

/** Makes the folder of an engine, and starts a process that cleans up when this one has ended. */
export function startGuard(): Guard {
  const root = mkdtempSync(join(tmpdir(), "kontiki-engine-"));
  const children = new Children(root);
  const guard = spawn(process.execPath, [fileURLToPath(PROGRAM), root], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
  const closed = once(guard, "close");
  return {
    root,
    children,
    async close() {
      guard.stdin.end();
      await closed;
    },
  };
}
