/**
 * A signal that is aborted after `ms`, at most 2^31 - 1; it keeps no process from ending.
 *
 * `AbortSignal.timeout` gives one that Node 20 may collect before its time while nobody listens to it: then whoever only
 * looks at it from time to time waits for ever.
 */
export function deadline(ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms).unref();
  return controller.signal;
}
