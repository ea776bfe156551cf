/** What one client asked and has not yet been seen to know the answer of (dissertation 6.3). */
export type Session = {
  /** See `CommandHeader`. */
  readonly client: number;
  /** The lower 32 bits of the index that the client knew the log to have reached when it opened the session. */
  readonly reached: number;
  /** The entry that used it last. */
  usedAt: number;
  floor: number;
  /** The result of each sequence number from `floor` on, by its distance from `floor`; holes for what has not come. */
  readonly results: (Uint8Array | undefined)[];
  /** Its neighbours in order of use. */
  older: Session | undefined;
  newer: Session | undefined;
};

/** A session that has no results yet, and stands in no order. */
export function newSession(
  client: number,
  reached: number,
  usedAt: number,
  floor: number,
): Session {
  return { client, reached, usedAt, floor, results: [], older: undefined, newer: undefined };
}

/** Drops what the client waits for no more. A floor never falls. */
export function raiseFloor(session: Session, floor: number): void {
  if (floor <= session.floor) return;
  session.results.splice(0, floor - session.floor);
  session.floor = floor;
}

/** A session as it is now, for whoever reads it while the session goes on. */
export function copyOf(session: Session): Session {
  const { client, reached, usedAt, floor, results } = session;
  return { ...newSession(client, reached, usedAt, floor), results: results.slice() };
}
