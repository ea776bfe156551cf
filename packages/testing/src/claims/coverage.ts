import type { Effect } from "@kontiki/core";
import type { CommandBytes } from "@kontiki/actors/node";
import type { Counters } from "../run/counters.ts";
import type { CoreStep, Happening, Observer } from "../engine/observer.ts";

/**
 * Counts the events of the protocol in a run, so that a run in which nothing happened does not pass as a good one.
 *
 * | name                                            | how often                                                   |
 * | ----------------------------------------------- | ----------------------------------------------------------- |
 * | `elections`, `elections.won`                    | a node started an election, a node became leader            |
 * | `elections.preVotes`                            | a node asked which nodes would vote for it                  |
 * | `leaderChanges`                                 | a node became leader that was not the previous leader       |
 * | `leaders.steppedDown`, `leaders.deposed`        | a leader gave up in its term, or heard of a later term      |
 * | `leaders.cutOff`                                | a partition put the leader into the minority                |
 * | `truncations`, `compactions`                    | a log lost its end, or its beginning                        |
 * | `snapshots.taken`, `.sent`, `.installed`        | a node took a snapshot, sent one, installed one             |
 * | `commits`, `repeats`                            | an entry was committed, a committed entry was a repeat      |
 * | `membership.begun`, `.committed`                | a leader put a membership into its log, it was committed    |
 * | `reads`, `reads.refused`                        | reads of a turn that do not go through the log              |
 * | `transfers`, `transfers.told`                   | a transfer was requested, a node got TimeoutNow             |
 * | `starts`, `restarts`, `starts.refused`          | a node started, started again, could not start              |
 * | `recoveries.torn`, `.damaged`, `.horizon`       | what a start found on the disk                              |
 * | `recoveries.repaired`                           | a damaged log was intact again                              |
 * | `recoveries.leaderless`                         | it was intact again before its node heard a leader          |
 * | `recoveries.fetched`, `.parts`                  | entries, and parts of snapshots, that were fetched for that |
 * | `throws`, `refusals`                            | a command threw an error, threw a `CommandError`            |
 * | `operations`, and `.ok`, `.error`, `.definitelyNot`, `.unknown` | operations of clients, and their outcomes   |
 */
export class Coverage implements Observer {
  readonly #counters: Counters;
  readonly #started = new Set<string>();
  readonly #running = new Set<string>();
  #leader: string | undefined;
  #leads = false;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  onStep({ node, event, before, after, effects }: CoreStep): void {
    if (event.type === "transfer") this.#counters.count("transfers");
    if (before.role.type !== after.role.type || before.term !== after.term)
      this.#countRole(node, before, after);
    for (const effect of effects) this.#countEffect(effect, after.role.type === "leader");
    if (before.horizon !== undefined) this.#countRepair(event, before.role, effects);
    if (event.type === "snapshotTaken" && before.snapshot !== after.snapshot)
      this.#counters.count("snapshots.taken");
  }

  onHappening(happening: Happening): void {
    switch (happening.type) {
      case "started":
        return this.#countStart(happening);
      case "ended":
        this.#running.delete(happening.node);
        if (happening.node === this.#leader) this.#leads = false;
        return;
      case "refused":
        return this.#counters.count("starts.refused");
      case "called":
        return this.#counters.count("operations");
      case "returned":
        return this.#counters.count(`operations.${happening.outcome.type}`);
      case "faultBegan":
        return this.#countFault(happening);
      default:
        return;
    }
  }

  #countRole(node: string, before: CoreStep["before"], after: CoreStep["after"]): void {
    const { role, term } = after;
    const led = before.role.type === "leader";
    const isNew = term !== before.term;
    if (role.type === "preCandidate" && before.role.type !== "preCandidate")
      this.#counters.count("elections.preVotes");
    // The only voter of a cluster becomes leader without being a candidate in between.
    if (isNew && (role.type === "candidate" || role.type === "leader"))
      this.#counters.count("elections");
    if (role.type === "leader" && (!led || isNew)) this.#countLeader(node);
    if (!led || role.type === "leader") return;
    this.#counters.count(isNew ? "leaders.deposed" : "leaders.steppedDown");
    if (node === this.#leader) this.#leads = false;
  }

  #countLeader(node: string): void {
    this.#counters.count("elections.won");
    if (this.#leader !== undefined && this.#leader !== node) this.#counters.count("leaderChanges");
    this.#leader = node;
    this.#leads = true;
  }

  #countEffect(effect: Effect<CommandBytes>, leads: boolean): void {
    switch (effect.type) {
      case "truncateLog":
        return this.#counters.count("truncations");
      case "compactLog":
        return this.#counters.count("compactions");
      case "sendChunk":
        return effect.offset === 0 ? this.#counters.count("snapshots.sent") : undefined;
      case "installSnapshot":
        return this.#counters.count("snapshots.installed");
      case "readReady":
        return this.#counters.count("reads");
      case "rejectRead":
        return this.#counters.count("reads.refused");
      case "logRepaired":
        return this.#counters.count("recoveries.repaired");
      case "appendLog":
        if (leads && effect.entries.some(({ type }) => type === "membership"))
          this.#counters.count("membership.begun");
        return;
      case "send":
        return effect.message.type === "timeoutNow"
          ? this.#counters.count("transfers.told")
          : undefined;
      default:
        return;
    }
  }

  /** What a node with a damaged log does about it. */
  #countRepair(
    event: CoreStep["event"],
    role: CoreStep["before"]["role"],
    effects: CoreStep["effects"],
  ): void {
    const from = event.type === "message" ? event.message.type : event.type;
    const isAlone = role.type === "follower" && role.leader === undefined;
    for (const effect of effects) {
      if (effect.type === "appendLog" && from === "fetchReply")
        this.#counters.count("recoveries.fetched", effect.entries.length);
      if (effect.type === "saveChunk" && from === "fetchedChunk")
        this.#counters.count("recoveries.parts");
      if (effect.type === "logRepaired" && isAlone && from !== "appendEntries")
        this.#counters.count("recoveries.leaderless");
    }
  }

  #countStart({ node, recovered }: Happening & { readonly type: "started" }): void {
    this.#counters.count("starts");
    if (this.#started.has(node)) this.#counters.count("restarts");
    this.#started.add(node);
    this.#running.add(node);
    if (recovered.tornBytes > 0) this.#counters.count("recoveries.torn");
    if (recovered.damage !== undefined) this.#counters.count("recoveries.damaged");
    if (recovered.horizon !== undefined) this.#counters.count("recoveries.horizon");
  }

  #countFault({ fault, nodes }: Happening & { readonly type: "faultBegan" }): void {
    if (fault.type !== "partition" || this.#leader === undefined || !this.#leads) return;
    if (nodes.includes(this.#leader) && nodes.length * 2 < this.#running.size)
      this.#counters.count("leaders.cutOff");
  }
}
