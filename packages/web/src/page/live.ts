import { signal } from "@preact/signals";
import type { CommandReply, Figures, LiveBatch, LiveHead, LiveVerb } from "@kontiki/cli/live";
import { Timeline } from "../model/index.ts";
import { Store } from "./store.ts";

/** How the page and the cluster stand. */
export type Connection = "open" | "lost" | "ended" | "refused";

/** A command that was sent, and its reply once it has come. */
export type Sent = { readonly line: string; readonly reply: CommandReply | undefined };

/** The page forgets its first events when it has more than this many, down to so many. */
const EVENTS_MAX = 60_000;
const EVENTS_KEPT = 40_000;
/** As long as the server keeps them: ten minutes. */
const FIGURES_MAX = 600;
const REPLIES_MAX = 20;
/** How long after a failure the page tries again, in ms. */
const RETRY_MS = 500;

/** A running cluster: what it sends, and commands for it. */
export class Live {
  readonly connection = signal<Connection>("open");
  readonly figures = signal<readonly Figures[]>([]);
  /** States and events that were left out so far. */
  readonly skipped = signal(0);
  /** The share of letters that the cluster records at present. */
  readonly share = signal(1);
  readonly sent = signal<readonly Sent[]>([]);
  /** Whether the page shows what is now, as it comes. */
  readonly follows = signal(true);
  verbs: readonly LiveVerb[] = [];
  readonly #token: string;
  readonly #onStore: (store: Store) => void;
  #store: Store | undefined;
  #source: EventSource | undefined;

  /** @param onStore receives a new store whenever the stream begins, at first and after each time that it broke. */
  constructor(token: string, onStore: (store: Store) => void) {
    this.#token = token;
    this.#onStore = onStore;
  }

  /** Opens the stream, and again whenever it breaks. */
  connect(): void {
    this.#source?.close();
    const source = new EventSource(`/events?token=${encodeURIComponent(this.#token)}`);
    this.#source = source;
    source.addEventListener("head", ({ data }) =>
      this.#begin(JSON.parse(String(data)) as LiveHead),
    );
    source.addEventListener("batch", ({ data }) =>
      this.#add(JSON.parse(String(data)) as LiveBatch),
    );
    source.addEventListener("dropped", ({ data }) => {
      const { count } = JSON.parse(String(data)) as { readonly count: number };
      this.skipped.value += count;
      // What is missing cannot be filled in, so the page begins again.
      this.connect();
    });
    source.addEventListener("ended", () => {
      this.connection.value = "ended";
    });
    source.addEventListener("error", () => this.#broken(source));
  }

  /** Runs a command in the cluster. */
  async run(line: string): Promise<void> {
    const entry: Sent = { line, reply: undefined };
    this.sent.value = [...this.sent.value, entry].slice(-REPLIES_MAX);
    const reply = await this.#post(line).catch((): CommandReply => ({
      ok: false,
      text: "unknown whether done: the connection broke",
    }));
    this.sent.value = this.sent.value.map((one) => (one === entry ? { line, reply } : one));
  }

  async #post(line: string): Promise<CommandReply> {
    const response = await fetch("/commands", {
      method: "POST",
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      body: JSON.stringify({ line }),
    });
    const body = (await response.json()) as CommandReply | { readonly error: string };
    return "error" in body ? { ok: false, text: body.error } : body;
  }

  #begin({ head, verbs, events, figures }: LiveHead): void {
    const timeline = new Timeline(head.nodes);
    timeline.append(events);
    this.verbs = verbs;
    this.figures.value = figures;
    this.connection.value = "open";
    const store = new Store({ head, judged: undefined }, timeline, this);
    store.goTo(Infinity);
    this.follows.value = true;
    this.#store = store;
    this.#onStore(store);
  }

  #add({ events, figures, skipped, share }: LiveBatch): void {
    const store = this.#store;
    if (store === undefined) return;
    this.share.value = share;
    if (skipped > 0) this.skipped.value += skipped;
    if (figures.length > 0)
      this.figures.value = [...this.figures.value, ...figures].slice(-FIGURES_MAX);
    if (events.length === 0) return;
    store.timeline.append(events);
    store.version.value += 1;
    if (this.follows.value) store.showLast();
    if (store.timeline.length > EVENTS_MAX) store.keepLast(EVENTS_KEPT);
  }

  /** Tries again until a server answers, and gives up when that is another one, with another token. */
  #broken(source: EventSource): void {
    if (source !== this.#source) return;
    source.close();
    if (this.connection.value === "open") this.connection.value = "lost";
    setTimeout(() => void this.#retry(source), RETRY_MS);
  }

  async #retry(source: EventSource): Promise<void> {
    if (source !== this.#source) return;
    const address = `/?token=${encodeURIComponent(this.#token)}`;
    const status = await fetch(address, { method: "HEAD" }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) this.connect();
    else if (status === 401) this.connection.value = "refused";
    else this.#broken(source);
  }
}
