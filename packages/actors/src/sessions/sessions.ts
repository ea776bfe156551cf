import type { Index } from "@kontiki/core";
import { headerOf, OPENING, payloadOf, reachedAt } from "./command.ts";
import { expiredResult } from "./result.ts";
import { SessionOrder } from "./session-order.ts";
import { copyOf, newSession, raiseFloor, type Session } from "./session.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** When sessions end. The same on all nodes of a cluster, for good: it decides what is applied. */
export type SessionLimits = {
  /** With so many open, opening another ends the one that was not used for longest. 1 or more. */
  readonly sessionsMax: number;
  /** A session that so many entries in a row did not use has ended. 1 to 2^31. */
  readonly idleEntries: number;
};

/** What sessions are limited to when nothing else is said. */
const SESSION_DEFAULTS: SessionLimits = { sessionsMax: 10_000, idleEntries: 1_000_000 };

/** All that the sessions remember, in an order that matters: see {@link Sessions.copy}. */
export type SessionsCopy = {
  /** The one that was not used for longest first. */
  readonly open: readonly Session[];
  /** Those that were ended to make room, by number, with what they had for `reached`. */
  readonly ended: readonly (readonly [number, number])[];
};

/**
 * The layer above the state machine that makes a retry safe (dissertation 6.3): a command that was applied before is
 * answered from the record and not applied again.
 *
 * Replicated like the state machine itself: the same log gives the same records on every node. A client says with
 * each command below which sequence number it waits for nothing any more; older records are dropped, and a late
 * duplicate from down there is neither applied nor answered.
 *
 * A client opens its session with a command of its own. A command whose session is not open is not applied, because
 * nobody can say whether it was before. Sessions cannot be kept for ever, and all nodes must end the same ones: so they
 * end by what the log says alone, the least recently used first. Ending them by a clock would take the leader's time in
 * every entry, as the dissertation says, and a rule for clocks that go back.
 *
 * A session that has ended stays so: its number is never open again, even though copies of the command that opened it
 * may still be under way. Its client, told that it has ended, may hence propose anew what was sent only once.
 * - A command opens a session only within `idleEntries` of the index that its client knew the log to have reached. One
 *   that ended by idleness is beyond that.
 * - The numbers of those that were ended earlier to make room are remembered for as long.
 */
export class Sessions {
  readonly #limits: SessionLimits;
  readonly #open = new Map<number, Session>();
  readonly #order = new SessionOrder();
  readonly #ended = new Map<number, number>();
  /** No session is idle for too long before this entry. */
  #idleFrom = 0;

  constructor(limits: SessionLimits = SESSION_DEFAULTS) {
    this.#limits = limits;
  }

  /**
   * Applies a command, or finds what it gave the first time. Undefined for a duplicate nobody waits for, and for one
   * that only opens a session.
   *
   * @param at where in the log it stands: above that of the command before.
   * @param apply makes the result of a payload; it does not throw.
   */
  apply(
    command: CommandBytes,
    at: Index,
    apply: (payload: Uint8Array) => Uint8Array,
  ): Uint8Array | undefined {
    const { client, sequence, floor } = headerOf(command);
    if (at >= this.#idleFrom) this.#endIdle(at);
    const session = this.#use(client, at);
    if (sequence === OPENING) {
      if (session === undefined) this.#openNew(client, reachedAt(command), at);
      return undefined;
    }
    if (session === undefined) return expiredResult(client, at);
    raiseFloor(session, floor);
    if (sequence < session.floor) return undefined;
    const known = session.results[sequence - session.floor];
    if (known !== undefined) return known;
    const result = apply(payloadOf(command));
    session.results[sequence - session.floor] = result;
    return result;
  }

  /** All of it as it is now, unaffected by what comes. Takes time in proportion to what is remembered. */
  copy(): SessionsCopy {
    return { open: Array.from(this.#order, copyOf), ended: [...this.#ended] };
  }

  /** Takes up what another node, or this one earlier, had. */
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
    // Commands mostly come many of one client in a row.
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

  /** Ends sessions that were not used for too long, and finds out when to look again: not before each command. */
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
