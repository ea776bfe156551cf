import { isClientAddress, openParcel, type Envelope } from "@kontiki/actors/node";
import type { FaultableNetwork } from "../engine/fault-surfaces.ts";
import type { Chance } from "../chance.ts";
import type { Counters } from "../run/counters.ts";
import type { NetworkSettings } from "../scenario/scenario.ts";
import { InForce } from "./in-force.ts";
import type { LetterEdits } from "./letter-edits.ts";
import { LetterMemory } from "./letter-memory.ts";
import { RuleInForce, type Concerns, type LetterRule } from "../engine/letter-rule.ts";
import type { Timeline } from "../engine/timeline.ts";

/** How many old letters a replay can choose from; of one node more, because they may be from an earlier lead. */
const REMEMBERED = 64;
const REMEMBERED_OF_NODE = 256;

/** What a network needs. */
export type NetworkParts = {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly settings: NetworkSettings;
  readonly counters: Counters;
  /** Whether a replay may want old mail of one node, from the beginning on. */
  readonly remembers: boolean;
  /** Letters whose fate somebody changed; undefined for none. */
  readonly edits?: LetterEdits;
  /** Hands a letter to its receiver, at its time. */
  readonly deliver: (letter: Envelope) => void;
  /** Called for letters that never arrive. */
  readonly onLost: (letter: Envelope, reason: string) => void;
};

/** One direction between two addresses. */
type Link = {
  readonly chance: Chance;
  /** Letters on their way that do not overtake each other, in their order. */
  queue: Envelope[];
  /** When the last of them arrives, and when the last one leaves its sender, in ms. */
  lastDue: number;
  busyUntil: number;
};

type Cut = { readonly reason: string; readonly concerns: Concerns };
/** A replay: of letters that pass while it is in force, or of those of one node since the beginning. */
type Copies = {
  readonly rule: RuleInForce;
  readonly memory: LetterMemory;
  readonly isOfNode: boolean;
};

/**
 * Carries letters between nodes and clients.
 *
 * Without faults a letter takes the time that its link draws for it, and letters of one link arrive in their order, as in a
 * connection. Faults begin and end independently and add up: every fault in force strikes a letter. Letters between a client
 * and a node are delivered once or never, and do not overtake each other; the same holds for letters of clients that a node
 * forwards. A client depends on that: see `Client`.
 */
export class SimNetwork implements FaultableNetwork {
  readonly #parts: NetworkParts;
  readonly #links = new Map<string, Map<string, Link>>();
  readonly #cuts = new InForce<Cut>();
  readonly #losses = new InForce<RuleInForce>();
  readonly #delays = new InForce<RuleInForce>();
  readonly #duplications = new InForce<RuleInForce>();
  readonly #reorders = new InForce<RuleInForce>();
  readonly #replays = new InForce<Copies>();
  readonly #memories = new Map<string, LetterMemory>();
  readonly #clogs = new InForce<Concerns>();
  readonly #bandwidths = new InForce<number>();
  /** Letters that a clog holds, in the order of their arrival. */
  #held: Envelope[] = [];
  /** Letters that are lost where they would arrive: until then nothing differs from a run without that edit. */
  readonly #doomed = new Set<Envelope>();
  /** Copies, and letters that may overtake others. */
  #loose = new Set<Envelope>();

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** Takes a letter that leaves its sender at this moment. */
  send(letter: Envelope): void {
    const { counters, timeline, edits } = this.#parts;
    counters.count("letters.sent");
    const edit = edits?.next();
    const cut = this.#cutOf(letter);
    if (cut !== undefined) return this.#lose(letter, cut);
    if (this.#losses.all.some((rule) => rule.strikes(letter))) return this.#lose(letter, "loss");
    const link = this.#linkOf(letter);
    const due = this.#dueOf(letter, link) + (edit?.type === "delay" ? edit.ms : 0);
    if (edit?.type === "lose") this.#doomed.add(letter);
    if (isOfClient(letter) || (this.#mayTwist && isForward(letter)))
      return this.#sendInOrder(letter, link, due);
    const late = this.#reorders.all.find((rule) => rule.strikes(letter));
    if (late === undefined) this.#sendInOrder(letter, link, due);
    else this.#sendLoosely(letter, due + late.lateness(letter), "letters.reordered");
    for (const rule of this.#duplications.all) {
      if (rule.strikes(letter))
        this.#sendLoosely({ ...letter }, due + rule.lateness(letter), "letters.duplicated");
    }
    for (const { rule, memory, isOfNode } of this.#replays.all) {
      const old = rule.strikes(letter) ? memory.draw() : undefined;
      if (old !== undefined)
        this.#sendLoosely({ ...old }, timeline.now + rule.lateness(old), "letters.replayed");
      if (!isOfNode) memory.see(letter);
    }
    if (this.#parts.remembers && !isForward(letter))
      for (const node of [letter.from, letter.to]) this.#memoryOf(node).see(letter);
  }

  /** Loses all letters that are on their way. */
  forgetMail(): void {
    const links = [...this.#links.values()].flatMap((to) => [...to.values()]);
    const gone = [...links.flatMap(({ queue }) => queue), ...this.#loose, ...this.#held];
    // Timers that still run belong to the old queue and find nothing there.
    for (const link of links) link.queue = [];
    this.#loose = new Set();
    this.#held = [];
    for (const letter of gone) this.#lose(letter, "power");
  }

  /** Loses all letters for which `concerns` is true, those on their way included. `reason` names the cause. */
  beginCut(reason: string, concerns: Concerns): () => void {
    return this.#cuts.begin({ reason, concerns });
  }

  /** Loses some letters. */
  beginLoss(rule: LetterRule): () => void {
    return this.#losses.begin(new RuleInForce(rule));
  }

  /** Delays some letters, and with them all later letters on the same link. */
  beginDelay(rule: LetterRule): () => void {
    return this.#delays.begin(new RuleInForce(rule));
  }

  /** Delivers some letters between nodes twice, the second time later by `ms`. */
  beginDuplication(rule: LetterRule): () => void {
    return this.#duplications.begin(new RuleInForce(rule));
  }

  /** Delays some letters between nodes by `ms`, and lets others overtake them. */
  beginReorder(rule: LetterRule): () => void {
    return this.#reorders.begin(new RuleInForce(rule));
  }

  /**
   * With some letters between nodes, delivers an old letter again, `ms` later.
   *
   * @param node the node from or to which the old letter is, sent at any time; undefined for any letter that was sent since
   *   the replay began.
   */
  beginReplay(rule: LetterRule, node?: string): () => void {
    const memory =
      node === undefined
        ? new LetterMemory(rule.chance.fork("memory"), REMEMBERED)
        : this.#memoryOf(node);
    return this.#replays.begin({
      rule: new RuleInForce(rule),
      memory,
      isOfNode: node !== undefined,
    });
  }

  /** Letters for which `concerns` is true wait instead of arriving. At the end they arrive, in the same order. */
  beginClog(concerns: Concerns): () => void {
    const end = this.#clogs.begin(concerns);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      end();
      const held = this.#held;
      this.#held = [];
      for (const letter of held) this.#arrive(letter);
    };
  }

  /** Letters leave one after another, this many bytes per ms on each link; the smallest of several bounds counts. */
  beginBandwidth(bytesPerMs: number): () => void {
    return this.#bandwidths.begin(bytesPerMs);
  }

  /** Whether no letter is on its way. */
  get isIdle(): boolean {
    if (this.#loose.size + this.#held.length > 0) return false;
    for (const links of this.#links.values())
      for (const { queue } of links.values()) if (queue.length > 0) return false;
    return true;
  }

  /** Why letters of one address to another are lost at this time; undefined while they are not cut off. */
  cutBetween(from: Envelope["from"], to: Envelope["to"]): string | undefined {
    return this.#cuts.all.find(({ concerns }) => concerns(from, to))?.reason;
  }

  /** Whether any letter may arrive twice or be overtaken. */
  get #mayTwist(): boolean {
    const rules = this.#duplications.all.length + this.#reorders.all.length;
    return rules + this.#replays.all.length > 0;
  }

  #dueOf(letter: Envelope, link: Link): number {
    const { timeline, settings, counters } = this.#parts;
    const [least, most] = settings.latencyMs;
    let ms = least + link.chance.next() * (most - least);
    for (const rule of this.#delays.all) {
      if (!rule.strikes(letter)) continue;
      counters.count("letters.delayed");
      ms += rule.lateness(letter);
    }
    if (this.#bandwidths.all.length === 0) return timeline.now + ms;
    const start = Math.max(timeline.now, link.busyUntil);
    if (start > timeline.now) counters.count("letters.queued");
    link.busyUntil = start + letter.bytes.length / Math.min(...this.#bandwidths.all);
    return link.busyUntil + ms;
  }

  /** The timer that fires first delivers the first letter, so that rounding of times does not change their order. */
  #sendInOrder(letter: Envelope, link: Link, due: number): void {
    const { timeline } = this.#parts;
    const { queue } = link;
    link.lastDue = Math.max(due, link.lastDue);
    queue.push(letter);
    timeline.after(link.lastDue - timeline.now, () => {
      const first = queue.shift();
      if (first !== undefined && link.queue === queue) this.#arrive(first);
    });
  }

  #sendLoosely(letter: Envelope, due: number, counter: string): void {
    const { timeline, counters } = this.#parts;
    this.#loose.add(letter);
    timeline.after(due - timeline.now, () => {
      if (!this.#loose.delete(letter)) return;
      counters.count(counter);
      this.#arrive(letter);
    });
  }

  #arrive(letter: Envelope): void {
    const { counters, deliver } = this.#parts;
    if (this.#doomed.delete(letter)) return this.#lose(letter, "edit");
    const cut = this.#cutOf(letter);
    if (cut !== undefined) return this.#lose(letter, cut);
    if (this.#clogs.all.some((concerns) => concerns(letter.from, letter.to))) {
      counters.count("letters.clogged");
      this.#held.push(letter);
      return;
    }
    counters.count("letters.delivered");
    deliver(letter);
  }

  #lose(letter: Envelope, reason: string): void {
    this.#parts.counters.count(`letters.lost.${reason}`);
    this.#parts.onLost(letter, reason);
  }

  #memoryOf(node: string): LetterMemory {
    const known = this.#memories.get(node);
    if (known !== undefined) return known;
    const made = new LetterMemory(this.#parts.chance.fork(`memory of ${node}`), REMEMBERED_OF_NODE);
    this.#memories.set(node, made);
    return made;
  }

  #cutOf({ from, to }: Envelope): string | undefined {
    return this.cutBetween(from, to);
  }

  #linkOf({ from, to }: Envelope): Link {
    const links = this.#links.get(from) ?? new Map<string, Link>();
    this.#links.set(from, links);
    const known = links.get(to);
    if (known !== undefined) return known;
    const chance = this.#parts.chance.fork(`${from}>${to}`);
    const made: Link = { chance, queue: [], lastDue: 0, busyUntil: 0 };
    links.set(to, made);
    return made;
  }
}

function isOfClient({ from, to }: Envelope): boolean {
  return isClientAddress(from) || isClientAddress(to);
}

/** Whether a node forwards a client's letter. */
function isForward({ bytes }: Envelope): boolean {
  return openParcel(bytes)?.type === "forward";
}
