/**
 * A signal that is aborted after `ms`, at most 2^31 - 1. It does not keep the process alive.
 *
 * Node 20 may garbage-collect the signal of `AbortSignal.timeout` too early while nothing listens to it. Code that only
 * polls it would then wait forever.
 */
export function deadline(ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms).unref();
  return controller.signal;
}
