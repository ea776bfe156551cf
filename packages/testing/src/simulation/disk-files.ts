/** The file that says which write of the log was the last durable one. */
export const PROMISE = "promise";

/** Whether this is the name of a snapshot. */
export function isSnapshot(name: string): boolean {
  return name.endsWith(".snapshot");
}

/** A file that is made together with the log, at no additional cost. */
export function isFree(name: string): boolean {
  return name === PROMISE;
}
