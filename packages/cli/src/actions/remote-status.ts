import { setTimeout as delay } from "node:timers/promises";
import { findCluster, greet } from "../control/find-cluster.ts";
import { interruptible } from "../control/interruptible.ts";
import { Registry } from "../control/registry.ts";
import { askForText, runLine } from "../control/run-line.ts";
import { EXIT_FAILED, EXIT_OK, interruptedStatus, type Host } from "../host/host.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";

/** How often the nodes are shown again. */
const WATCH_EVERY_MS = 1000;

/** To the left upper corner, and nothing below it. */
const CLEAR = "\u001b[H\u001b[2J";

export type RemoteStatusOptions = {
  readonly name?: string;
  readonly watch?: true;
  readonly json?: true;
};

/** Shows the nodes of a cluster of another process, once or every second. Resolves to the exit status. */
export function remoteStatus(options: RemoteStatusOptions, host: Host): Promise<number> {
  return interruptible(host, () => showStatus(options, host));
}

async function showStatus({ name, watch, json }: RemoteStatusOptions, host: Host): Promise<number> {
  const { stdout, env, signal } = host;
  const notes = new Notes(host);
  const found = await findCluster(new Registry(env), name, signal);
  const { connection } = found;
  try {
    if (json !== true) await askForText(connection, colorsFor(stdout, env).isColorSupported);
    const isScreen = watch === true && stdout.isTTY === true && env["TERM"] !== "dumb";
    const showing = { json: json === true, notes, before: isScreen ? CLEAR : "" };
    for (;;) {
      const isShown = await runLine(connection, "status", showing, host);
      if (watch !== true || !isShown || signal.aborted)
        return interruptedStatus(signal) ?? (isShown ? EXIT_OK : EXIT_FAILED);
      await delay(WATCH_EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await greet(found, signal);
    }
  } finally {
    connection.close();
  }
}
