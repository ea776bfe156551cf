import { KontikiError } from "@kontiki/actors";
import type { EventStream } from "../http/event-stream.ts";
import type { Figures, LiveBatch, LiveHead } from "../view/live.ts";
import type { RecordedEvent, RecordingHead } from "../view/recording.ts";
import type { SessionFaults } from "../session/context.ts";
import { LiveRecorder } from "./live-recorder.ts";
import { LogReader } from "./log-reader.ts";
import { LiveFaults } from "./live-faults.ts";
import type { Measured } from "./measured.ts";

/** How often pages receive what is new, in ms. */
const BATCH_MS = 100;

/** Figures come once in so many batches: once a second. Logs are read more often, and only while a page is open. */
const FIGURES_EVERY = 10;
const LOGS_EVERY = 3;

/** The same for other hosts, which are asked how their nodes are, while a page is open. */
const HOSTS_EVERY = 10;

/** The recording begins again when it has this many events; figures of ten minutes are kept. */
const EVENTS_MAX = 20_000;
const FIGURES_MAX = 600;

/** How a page calls the cluster. */
export type LiveTitle = { readonly title: string; readonly electionTimeoutMs: number };

const ABOUT =
  "Live, as the nodes report themselves, ten times a second. While this page is open, letters and timers are recorded too.";

/** The recording of a running cluster, and the pages that follow it. */
export class LiveRun {
  readonly #recorder: LiveRecorder;
  readonly #logs: LogReader;
  readonly #faults: LiveFaults;
  readonly #measured: Measured;
  readonly #title: LiveTitle;
  readonly #streams = new Set<EventStream>();
  #events: RecordedEvent[] = [];
  #figures: readonly Figures[] = [];
  #batches = 0;
  #isReading = false;
  #isAsking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    measured: Measured,
    now: () => number,
    { faults, ...title }: LiveTitle & { readonly faults: SessionFaults },
  ) {
    const { cluster } = measured;
    this.#measured = measured;
    this.#title = title;
    this.#recorder = new LiveRecorder(cluster, now);
    this.#logs = new LogReader(cluster);
    this.#faults = new LiveFaults(faults, this.#recorder);
    this.#events.push(this.#recorder.all());
  }

  begin(): void {
    this.#timer = setInterval(() => this.#batch(), BATCH_MS);
    this.#timer.unref();
  }

  /** What a page begins with. */
  soFar(): Omit<LiveHead, "verbs"> {
    const { title, electionTimeoutMs } = this.#title;
    const head: RecordingHead = {
      format: 1,
      title,
      about: ABOUT,
      source: "live",
      clock: "ms",
      command: "",
      nodes: this.#recorder.nodes,
      electionTimeoutMs,
    };
    return { head, events: this.#events, figures: this.#figures };
  }

  /** Sends a page what happens from now on. */
  follow(stream: EventStream): void {
    this.#streams.add(stream);
    void this.#askHosts();
    this.#recorder.recordsLetters = true;
    stream.onClose(() => {
      this.#streams.delete(stream);
      this.#recorder.recordsLetters = this.#streams.size > 0;
    });
  }

  /** Tells the pages that the cluster has ended. */
  end(): void {
    clearInterval(this.#timer);
    this.#recorder.stop();
    for (const stream of this.#streams) {
      stream.send("ended", {});
      stream.end();
    }
  }

  #batch(): void {
    this.#batches += 1;
    if (this.#batches % LOGS_EVERY === 0 && this.#streams.size > 0) void this.#readLogs();
    if (this.#batches % HOSTS_EVERY === 0 && this.#streams.size > 0) void this.#askHosts();
    void this.#faults.look();
    const { events, skipped, share } = this.#recorder.take();
    const isSecond = this.#batches % FIGURES_EVERY === 0;
    const figures = isSecond ? [this.#measured.take()] : [];
    this.#keep(events, figures);
    if (events.length + figures.length + skipped === 0 && share === 1) return;
    const batch: LiveBatch = { events, figures, skipped, share };
    const text = JSON.stringify(batch);
    for (const stream of this.#streams) stream.sendText("batch", text);
  }

  #keep(events: readonly RecordedEvent[], figures: readonly Figures[]): void {
    this.#figures = [...this.#figures, ...figures].slice(-FIGURES_MAX);
    // A page that opens later has no use for letters.
    this.#events.push(...events.filter((event) => !isOfLetters(event)));
    if (this.#events.length <= EVENTS_MAX) return;
    // What came before is gone for pages that open later: they begin with the present state.
    this.#events = [this.#recorder.all()];
    this.#logs.forget();
    this.#faults.forget();
  }

  /** One question at a time, and a host that does not answer in its time is silent. */
  async #askHosts(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      this.#recorder.tellOthers(await this.#measured.cluster.otherHosts());
    } catch (error) {
      // The cluster has ended meanwhile.
      if (!(error instanceof KontikiError)) throw error;
    } finally {
      this.#isAsking = false;
    }
  }

  /** One reading at a time: a node that is slow to answer must not gather more of them. */
  async #readLogs(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const changes = await this.#logs.changes();
    for (const [node, log] of changes)
      this.#recorder.add({
        type: "step",
        node,
        text: "its log has changed",
        quiet: true,
        changes: { [node]: { log } },
      });
    this.#isReading = false;
  }
}

function isOfLetters({ letter, end, changes = {} }: RecordedEvent): boolean {
  if (letter !== undefined || end !== undefined) return true;
  const all = Object.values(changes);
  return all.length > 0 && all.every((change) => Object.keys(change).join() === "timer");
}
