import { countStep } from "@kontiki/actors/node";
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

  onStep(step: CoreStep): void {
    countStep(step, (name, by) => {
      this.#counters.count(name, by);
      if (name === "elections.won") this.#onLeader(step.node);
      if (name === "leaders.deposed" || name === "leaders.steppedDown")
        this.#onEndOfLead(step.node);
    });
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

  #onLeader(node: string): void {
    if (this.#leader !== undefined && this.#leader !== node) this.#counters.count("leaderChanges");
    this.#leader = node;
    this.#leads = true;
  }

  #onEndOfLead(node: string): void {
    if (node === this.#leader) this.#leads = false;
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
