/** Results kept so that a retried command of one client is answered without applying it again (dissertation 6.3). */
export type Session = {
  /** See `CommandHeader`. */
  readonly client: number;
  /** The lower 32 bits of the highest log index that the client knew of when it opened the session. */
  readonly reached: number;
  /** The entry that last used it. */
  usedAt: number;
  floor: number;
  /**
   * The result of each sequence number from `floor` on, by its distance from `floor`; gaps for those that have not
   * come.
   */
  readonly results: (Uint8Array | undefined)[];
  /** Its neighbours in order of last use. */
  older: Session | undefined;
  newer: Session | undefined;
};

/** A session without results, in no list. */
export function newSession(
  client: number,
  reached: number,
  usedAt: number,
  floor: number,
): Session {
  return { client, reached, usedAt, floor, results: [], older: undefined, newer: undefined };
}

/** Drops results that the client no longer waits for. A floor never decreases. */
export function raiseFloor(session: Session, floor: number): void {
  if (floor <= session.floor) return;
  // Of a client that waits for each answer there is one: to splice makes a list of what it takes out.
  if (floor === session.floor + 1) session.results.shift();
  else session.results.splice(0, floor - session.floor);
  session.floor = floor;
}

/** A copy of a session that later commands do not change. */
export function copyOf(session: Session): Session {
  const { client, reached, usedAt, floor, results } = session;
  return { ...newSession(client, reached, usedAt, floor), results: results.slice() };
}
