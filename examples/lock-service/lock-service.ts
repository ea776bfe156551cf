import { CommandError, type StateMachine } from "@kontiki/actors";

export type LockCommand =
  /** Opens a session, or makes it last until `now + ttlMs`. Answers true. */
  | {
      readonly type: "keepAlive";
      readonly session: string;
      readonly now: number;
      readonly ttlMs: number;
    }
  /** Answers with a fencing token, or false when the lock is held. Throws when there is no such session. */
  | { readonly type: "acquire"; readonly lock: string; readonly session: string }
  /** Answers whether the session held the lock. */
  | { readonly type: "release"; readonly lock: string; readonly session: string }
  /** Ends a session that is over. Answers with the locks that this freed. Throws when it is not over. */
  | { readonly type: "expire"; readonly session: string; readonly now: number };

export type LockResult = boolean | number | readonly string[];

type Held = { readonly session: string; readonly token: number };

export class LockService implements StateMachine<LockCommand, LockResult> {
  #token = 0;
  readonly #sessions = new Map<string, number>();
  readonly #held = new Map<string, Held>();

  apply(command: LockCommand): LockResult {
    switch (command.type) {
      case "keepAlive":
        return this.#keepAlive(command.session, command.now + command.ttlMs);
      case "acquire":
        return this.#acquire(command.lock, command.session);
      case "release":
        return this.#release(command.lock, command.session);
      case "expire":
        return this.#expire(command.session, command.now);
    }
  }

  snapshot(): unknown {
    return { token: this.#token, sessions: [...this.#sessions], held: [...this.#held] };
  }

  restore(snapshot: unknown): void {
    const { token, sessions, held } = snapshot as {
      token: number;
      sessions: [string, number][];
      held: [string, Held][];
    };
    this.#token = token;
    this.#sessions.clear();
    for (const [session, until] of sessions) this.#sessions.set(session, until);
    this.#held.clear();
    for (const [lock, holder] of held) this.#held.set(lock, holder);
  }

  #keepAlive(session: string, until: number): true {
    // A command that was late on its way must not make a session shorter.
    this.#sessions.set(session, Math.max(until, this.#sessions.get(session) ?? 0));
    return true;
  }

  #acquire(lock: string, session: string): number | false {
    if (!this.#sessions.has(session)) throw new CommandError(`there is no session ${session}`);
    if (this.#held.has(lock)) return false;
    this.#token += 1;
    this.#held.set(lock, { session, token: this.#token });
    return this.#token;
  }

  #release(lock: string, session: string): boolean {
    if (this.#held.get(lock)?.session !== session) return false;
    return this.#held.delete(lock);
  }

  #expire(session: string, now: number): readonly string[] {
    const until = this.#sessions.get(session);
    if (until === undefined || until > now)
      throw new CommandError(`session ${session} is not over`);
    this.#sessions.delete(session);
    const freed = [...this.#held].filter(([, held]) => held.session === session);
    for (const [lock] of freed) this.#held.delete(lock);
    return freed.map(([lock]) => lock);
  }
}
