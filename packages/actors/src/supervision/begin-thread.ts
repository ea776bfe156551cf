/** Node's status of a program or a thread that has nothing left to do, and waits for something before it can begin. */
const UNSETTLED = 13;

/**
 * Does what a thread begins with. If that never settles, as of a module that waits forever, the thread ends, and `onStuck` gets
 * why just before: no restart would help.
 *
 * It is not awaited at the top level of a module: Node 22 and newer would show a line of that.
 */
export function beginThread(work: () => Promise<void>, onStuck: (why: string) => void): void {
  process.exitCode = UNSETTLED;
  const onExit = (status: number): void => {
    if (status === UNSETTLED) onStuck("its module waits for something that never comes");
  };
  process.once("exit", onExit);
  work().then(
    () => {
      process.exitCode = undefined;
      process.off("exit", onExit);
    },
    (error: unknown) => {
      process.off("exit", onExit);
      // Outside of all promises: what was thrown is the cause, whatever it is.
      setImmediate(() => {
        throw error;
      });
    },
  );
}
