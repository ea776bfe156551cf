import type { Envelope, MailCarrier } from "@kontiki/actors";
import { Chance } from "../chance.ts";
import { remembersMail } from "../nemesis/network-faults.ts";
import type { Plan } from "../plan/plan.ts";
import type { Counters } from "../run/counters.ts";
import { SimNetwork } from "../simulation/sim-network.ts";
import type { RealTimeline } from "./real-timeline.ts";

/** The network of a simulation between the nodes of a cluster, in real time. */
export class LiveNetwork {
  #network: SimNetwork | undefined;
  #deliver: (letter: Envelope) => void = () => undefined;

  /** Carries the letters of a cluster. Until the run begins they arrive at once. */
  readonly carry: MailCarrier = (letter, deliver) => {
    if (this.#network === undefined) return deliver(letter);
    this.#deliver = deliver;
    this.#network.send(letter);
  };

  /** Begins the run of a plan. Returns the network as faults see it. */
  begin(plan: Plan, timeline: RealTimeline, counters: Counters): SimNetwork {
    this.#network = new SimNetwork({
      timeline,
      chance: new Chance(plan.seed).fork("network"),
      settings: plan.scenario.network,
      counters,
      remembers: remembersMail(plan.faults),
      deliver: (letter) => this.#deliver(letter),
      onLost: () => undefined,
    });
    return this.#network;
  }
}
