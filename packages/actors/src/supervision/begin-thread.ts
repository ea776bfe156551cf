import type { MessagePort } from "node:worker_threads";
import { KontikiError } from "../errors.ts";

/** Node's status of a program or a thread that has nothing left to do, and waits for something before it can begin. */
const UNSETTLED = 13;

/** What keeps a thread alive: the port to its supervisor, and those of its control. */
type Ports = { readonly data: MessagePort; readonly controls: readonly MessagePort[] };

/**
 * Does what a thread begins with. If that throws a `KontikiError`, or never settles, as of a module that waits forever, the
 * supervisor is told that the thread is `unusable`, because no restart would help, and the thread ends.
 *
 * It is not awaited at the top level of a module: Node 22 and newer would show a line of that.
 */
export function beginThread(work: () => Promise<void>, { data, controls }: Ports): void {
  const giveUp = (message: string): void => data.postMessage({ type: "unusable", message });
  const onExit = (status: number): void => {
    if (status === UNSETTLED) giveUp("its module waits for something that never comes");
  };
  process.exitCode = UNSETTLED;
  process.once("exit", onExit);
  work().then(
    () => {
      process.exitCode = undefined;
      process.off("exit", onExit);
    },
    (error: unknown) => {
      process.off("exit", onExit);
      if (error instanceof KontikiError) {
        process.exitCode = undefined;
        giveUp(error.message);
        for (const port of [data, ...controls]) port.close();
        return;
      }
      // Outside of all promises: what was thrown is the cause, whatever it is.
      setImmediate(() => {
        throw error;
      });
    },
  );
}
