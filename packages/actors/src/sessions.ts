import { headerOf, payloadOf } from "./command.ts";
import type { CommandBytes } from "./storage.ts";

/**
 * What one client asked and has not yet been seen to know the answer of: the result of each sequence number from
 * `floor` on, by its distance from `floor`; holes for those that have not come yet.
 */
type Session = { floor: number; readonly results: (Uint8Array | undefined)[] };

/**
 * The layer above the state machine that makes a retry safe (dissertation 6.3): a command that was applied before is
 * answered from the record and not applied again.
 *
 * Replicated like the state machine itself: the same log gives the same records on every node. A client says with
 * each command below which sequence number it waits for nothing any more; older records are dropped, and a late
 * duplicate from down there is neither applied nor answered.
 */
export class Sessions {
  readonly #sessions = new Map<number, Session>();

  /**
   * Applies a command, or finds what it gave the first time. Undefined for a duplicate nobody waits for.
   *
   * @param apply makes the result of a payload; it does not throw.
   */
  apply(command: CommandBytes, apply: (payload: Uint8Array) => Uint8Array): Uint8Array | undefined {
    const { client, sequence, floor } = headerOf(command);
    const session = this.#session(client);
    raiseFloor(session, floor);
    if (sequence < session.floor) return undefined;
    const known = session.results[sequence - session.floor];
    if (known !== undefined) return known;
    const result = apply(payloadOf(command));
    session.results[sequence - session.floor] = result;
    return result;
  }

  #session(client: number): Session {
    const known = this.#sessions.get(client);
    if (known !== undefined) return known;
    const fresh: Session = { floor: 0, results: [] };
    this.#sessions.set(client, fresh);
    return fresh;
  }
}

function raiseFloor(session: Session, floor: number): void {
  if (floor <= session.floor) return;
  session.results.splice(0, floor - session.floor);
  session.floor = floor;
}
