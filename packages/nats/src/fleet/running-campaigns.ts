import type { NatsConnection, Subscription } from "@nats-io/transport-node";
import type { CampaignSpec } from "../campaign/spec.ts";
import type { CampaignStore } from "../store/campaign-store.ts";
import { SUBJECTS } from "../store/streams.ts";

/** How often to look, in ms, in case a notice was lost while the server was away. */
const LOOK_MS = 5000;

/** After which time without an answer the server counts as silent, in ms. A restart takes less. */
const SILENT_MS = 10_000;

/** The campaigns that run now, as a worker sees them. */
export class RunningCampaigns {
  readonly #store: CampaignStore;
  readonly #onChange: () => void;
  readonly #onSilence: () => void;
  readonly #notices: Subscription;
  readonly #timer: NodeJS.Timeout;
  readonly #onEnd = new Map<() => void, string>();
  #running: readonly CampaignSpec[] = [];
  #looking: Promise<void> | undefined;
  #isStale = false;
  #silence: NodeJS.Timeout | undefined;

  constructor(
    connection: NatsConnection,
    store: CampaignStore,
    { onChange, onSilence }: { readonly onChange: () => void; readonly onSilence: () => void },
  ) {
    this.#store = store;
    this.#onChange = onChange;
    this.#onSilence = onSilence;
    // What is written into the stream reaches plain subscribers as well.
    const callback = (): void => void this.look();
    this.#notices = connection.subscribe(SUBJECTS.campaign("*"), { callback });
    this.#timer = setInterval(callback, LOOK_MS);
  }

  /** Those that run, in the order of their names. */
  get all(): readonly CampaignSpec[] {
    return this.#running;
  }

  /** Calls back once when a campaign runs no longer. Returns what ends that. */
  onEnd(id: string, listener: () => void): () => void {
    this.#onEnd.set(listener, id);
    if (!this.#running.some((spec) => spec.id === id)) listener();
    return () => void this.#onEnd.delete(listener);
  }

  /** Reads the list again. */
  look(): Promise<void> {
    if (this.#looking !== undefined) this.#isStale = true;
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Looks no more. */
  end(): void {
    this.#notices.unsubscribe();
    clearTimeout(this.#silence);
    clearInterval(this.#timer);
  }

  async #read(): Promise<void> {
    do {
      this.#isStale = false;
      this.#silence = setTimeout(this.#onSilence, SILENT_MS);
      const all = await this.#store.list().catch(() => undefined);
      clearTimeout(this.#silence);
      // The server is away: what is known still holds.
      if (all !== undefined) this.#running = all.filter(({ state }) => state === "running");
    } while (this.#isStale);
    const running = new Set(this.#running.map(({ id }) => id));
    for (const [listener, id] of this.#onEnd) if (!running.has(id)) listener();
    this.#onChange();
  }
}
