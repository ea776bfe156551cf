import type { Index } from "@kontiki/core";
import { headerOf, OPENING, reachedAt } from "./command.ts";
import { expiredResult, keptResult } from "./result.ts";
import { PayloadReader } from "./run.ts";
import { SessionOrder } from "./session-order.ts";
import { copyOf, newSession, raiseFloor, type Session } from "./session.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** When sessions end. It must be the same on all nodes and never change: it decides which commands are applied. */
export type SessionLimits = {
  /** With this many sessions open, opening another ends the least recently used one. 1 or more. */
  readonly sessionsMax: number;
  /** A session that this many consecutive entries did not use has ended. 1 to 2^31. */
  readonly idleEntries: number;
};

/** The default limits. */
export const SESSION_DEFAULTS: SessionLimits = { sessionsMax: 10_000, idleEntries: 1_000_000 };

/** What the commands of an entry are applied with. */
export type Use = {
  /** Makes the result of a payload, which is the bytes of the entry from `from` up to `to`. It does not throw. */
  readonly apply: (from: number, to: number) => Uint8Array;
  /** Gets the result of a command, which stays as it is. */
  readonly answer: (session: number, sequence: number, result: Uint8Array) => void;
};

/** Everything that the sessions remember, in an order that matters: see {@link Sessions.copy}. */
export type SessionsCopy = {
  /** Least recently used first. */
  readonly open: readonly Session[];
  /** Sessions that were ended to make room: their numbers, each with its `reached`. */
  readonly ended: readonly (readonly [number, number])[];
};

/**
 * The layer above the state machine that makes retries safe (dissertation 6.3): a command that was applied before is
 * answered from its stored result and not applied again.
 *
 * Replicated like the state machine itself: the same log gives the same results on every node. With each command a
 * client names a sequence number below which it waits for no answer; older results are dropped, and a late duplicate
 * from below is neither applied nor answered.
 *
 * A client opens its session with a separate command. A command whose session is not open is not applied, because it is
 * unknown whether it was applied before. Sessions cannot be kept forever, and all nodes must end the same ones, so the
 * log alone decides: the least recently used ends first. Ending sessions by a clock would need the leader's time in
 * every entry, as the dissertation says, and a rule for clocks that go back.
 *
 * A session that has ended stays ended: its number is never open again, even though copies of the command that opened
 * it may still be on their way. So when its client learns that it has ended, it may safely propose again what it had
 * sent only once.
 * - A command opens a session only within `idleEntries` of the index that its client knew the log to have reached. A
 *   session that ended by idleness is beyond that.
 * - The numbers of sessions that were ended earlier to make room are remembered for as long.
 */
export class Sessions {
  readonly #limits: SessionLimits;
  readonly #open = new Map<number, Session>();
  readonly #order = new SessionOrder();
  readonly #ended = new Map<number, number>();
  /** No session can be idle for too long before this entry. */
  #idleFrom = 0;

  constructor(limits: SessionLimits = SESSION_DEFAULTS) {
    this.#limits = limits;
  }

  /**
   * Applies the commands of an entry, or takes their stored results. Gives no result for a duplicate whose answer is no
   * longer needed, and for a command that only opens a session.
   *
   * @param at the index of the entry: above that of the previous one.
   * @param use makes results, and gets them in order.
   */
  apply(entry: CommandBytes, at: Index, use: Use): void {
    const { client, sequence, floor } = headerOf(entry);
    if (at >= this.#idleFrom) this.#endIdle(at);
    const session = this.#use(client, at);
    if (sequence === OPENING) {
      if (session === undefined) this.#openNew(client, reachedAt(entry), at);
      return;
    }
    const expired = session === undefined ? keptResult(expiredResult(client, at)) : undefined;
    if (session !== undefined) raiseFloor(session, floor);
    const payloads = new PayloadReader(entry);
    for (let number = sequence; payloads.next(); number += 1) {
      const { from, to } = payloads;
      const result = session === undefined ? expired : resultOf(session, number, use, from, to);
      if (result !== undefined) use.answer(client, number, result);
    }
  }

  /** A copy of everything, unaffected by later commands. Takes time in proportion to its size. */
  copy(): SessionsCopy {
    return { open: Array.from(this.#order, copyOf), ended: [...this.#ended] };
  }

  /** Replaces everything with a copy, from another node or made earlier by this one. */
  restore({ open, ended }: SessionsCopy): void {
    this.#open.clear();
    this.#order.clear();
    this.#ended.clear();
    for (const session of open) this.#add(session);
    for (const [client, reached] of ended) this.#ended.set(client, reached);
    this.#idleFrom = 0;
  }

  #add(session: Session): void {
    this.#open.set(session.client, session);
    this.#order.add(session);
  }

  #remove(session: Session): void {
    this.#open.delete(session.client);
    this.#order.remove(session);
  }

  #use(client: number, at: Index): Session | undefined {
    const { latest } = this.#order;
    // Commands often come in runs from one client.
    const session = latest?.client === client ? latest : this.#open.get(client);
    if (session === undefined) return undefined;
    if (session !== latest) {
      this.#order.remove(session);
      this.#order.add(session);
    }
    session.usedAt = at;
    return session;
  }

  #openNew(client: number, reached: number, at: Index): void {
    if (this.#isStale(reached, at) || this.#ended.has(client)) return;
    if (this.#open.size >= this.#limits.sessionsMax) this.#makeRoom(at);
    this.#add(newSession(client, reached, at, 0));
  }

  #makeRoom(at: Index): void {
    const { oldest } = this.#order;
    if (oldest === undefined) return;
    this.#remove(oldest);
    this.#ended.set(oldest.client, oldest.reached);
    for (const [client, reached] of this.#ended) {
      if (!this.#isStale(reached, at)) return;
      this.#ended.delete(client);
    }
  }

  /** Ends sessions that were idle for too long, and computes when to check again, so that not every command has to. */
  #endIdle(at: Index): void {
    const { idleEntries } = this.#limits;
    let { oldest } = this.#order;
    while (oldest !== undefined && at - oldest.usedAt > idleEntries) {
      this.#remove(oldest);
      oldest = oldest.newer;
    }
    this.#idleFrom = (oldest?.usedAt ?? at) + idleEntries + 1;
  }

  #isStale(reached: number, at: Index): boolean {
    return (at - reached) >>> 0 > this.#limits.idleEntries;
  }
}

/** The result of a command: the stored one if it was applied before; undefined for one that nothing waits for. */
function resultOf(
  session: Session,
  sequence: number,
  use: Use,
  from: number,
  to: number,
): Uint8Array | undefined {
  const { results, floor } = session;
  const place = sequence - floor;
  if (place < 0) return undefined;
  // Nearly always the next one in order.
  const known = place < results.length ? results[place] : undefined;
  if (known !== undefined) return known;
  const result = keptResult(use.apply(from, to));
  results[place] = result;
  return result;
}
