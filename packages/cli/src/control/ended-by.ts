import type { Host } from "../host/host.ts";

/** A host whose signal is also aborted by something else. */
export function endedBy(host: Host, signal: AbortSignal): Host {
  return {
    get stdin() {
      return host.stdin;
    },
    stdout: host.stdout,
    stderr: host.stderr,
    env: host.env,
    signal: AbortSignal.any([host.signal, signal]),
    onResume: host.onResume,
    takeInterrupts: host.takeInterrupts,
    interrupt: host.interrupt,
  };
}
