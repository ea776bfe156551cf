import { errorCode, messageOf } from "../errors.ts";

/** Why a thread failed, or did not start, in one line. Node's own text for some errors does not say what to do. */
export function causeOf(error: unknown, heapMiB: number): string {
  if (errorCode(error) === "ERR_WORKER_OUT_OF_MEMORY")
    return `its heap outgrew its limit within one turn: heapMiB is ${heapMiB}`;
  const message = messageOf(error);
  return /\b(?:EMFILE|ENFILE)\b|too many open files/.test(message)
    ? `${message}; raise the limit of open files (ulimit -n)`
    : message;
}
