import type { ActorThread, ThreadHandlers, ThreadMail } from "../supervision/actor-thread.ts";
import { ActorThread as Thread } from "../supervision/actor-thread.ts";
import { Child } from "../supervision/child.ts";
import type { ChildHost } from "../supervision/child-host.ts";

/** Undefined in a bundle of CommonJS. */
const HERE: string | undefined = import.meta.url;

/** With its folder, so that a bundle never takes another file of this name for it. */
const FILE =
  HERE === undefined ? undefined : new URL("../runtime/actor-worker.js", import.meta.url);

/** What an actor's thread is started with. */
export type ActorSpec = {
  readonly name: string;
  readonly incarnation: number;
  /** URL of the module. */
  readonly module: string;
  readonly args: unknown;
  readonly heapMiB: number;
};

/** What an actor's thread posts. */
export type PostedByActor =
  /** Its behavior is made, and takes messages. */
  | { readonly type: "ready" }
  /** Its module cannot be used, and a restart would not help. The thread ends by itself. */
  | { readonly type: "unusable"; readonly message: string };

/** What answers control calls to an actor's thread. */
export type ActorControl = {
  /** Ends the actor after the present message. Answers when it has ended. */
  stop(): Promise<void>;
};

/** What the owner of an actor's child provides, beside what that of any child does. */
export type ActorHost = ChildHost<ActorThread<PostedByActor, ActorControl>> & {
  readonly mail: ThreadMail;
  readonly spec: Omit<ActorSpec, "incarnation">;
  /** A thread takes messages from now on. */
  readonly onStarted: (incarnation: number) => void;
};

/** One actor of a user's module over all its lives. */
export class ActorChild extends Child<PostedByActor, ActorControl> {
  readonly #host: ActorHost;

  constructor(host: ActorHost) {
    super(host.spec.name, host);
    this.#host = host;
  }

  /** Kills the thread for that reason, which counts as a crash. Does nothing if there is none. */
  kill(cause: string): void {
    this.thread?.kill(cause);
  }

  protected override open(
    incarnation: number,
    handlers: ThreadHandlers<PostedByActor>,
  ): ActorThread<PostedByActor, ActorControl> {
    const { mail, spec } = this.#host;
    const { name, heapMiB } = spec;
    const start = { file: FILE, name, heapMiB, spec: { ...spec, incarnation } };
    return new Thread(start, mail, handlers);
  }

  protected override onReady(): void {
    this.#host.onStarted(this.incarnation);
  }

  protected override onPosted(): void {}

  protected override onEnded(): undefined {
    return undefined;
  }
}
