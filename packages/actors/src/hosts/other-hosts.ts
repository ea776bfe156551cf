import { performance } from "node:perf_hooks";
import type { NodeId } from "@kontiki/core";
import type { ClientAddress } from "../mail/address.ts";
import type { HostView } from "./host-view.ts";
import { Link } from "./links.ts";

/** A host that was heard from, in its present life. */
export type OtherHost = {
  readonly name: string;
  readonly link: Link;
  readonly start: number;
  readonly client: ClientAddress | undefined;
  /** Those of its nodes that may take part. */
  readonly nodes: readonly NodeId[];
  /** What they know of the leader. */
  readonly view: HostView | undefined;
  readonly heardAtMs: number;
};

/** A host that presents itself. */
export type Heard = Pick<OtherHost, "start" | "client" | "nodes" | "view"> & {
  readonly life: string;
  /** How many nodes it has beside these. */
  readonly withheld: number;
};

/** A host that has not presented itself for so long, in ms, is silent: it does so each second. */
export const SILENT_MS = 3_000;

/** How often an unknown host is asked who it is, in ms. */
const ASK_MS = 50;

/** The other hosts that a host has heard from. A host that is not heard from any more stays: silence is no death. */
export class OtherHosts {
  readonly #hosts = new Map<string, OtherHost>();
  readonly #askedAtMs = new Map<string, number>();

  all(): readonly OtherHost[] {
    return [...this.#hosts.values()];
  }

  named(name: string): OtherHost | undefined {
    return this.#hosts.get(name);
  }

  /** The host that has a node. */
  hostOf(node: NodeId): OtherHost | undefined {
    return this.all().find(({ nodes }) => nodes.includes(node));
  }

  hostOfClient(client: ClientAddress): OtherHost | undefined {
    return this.all().find((host) => host.client === client);
  }

  /**
   * A host has presented itself. A late message of an earlier start of it changes nothing. Nor does a later start that presents no node
   * of those that it has, as long as the known one is heard: its nodes may be refused, because the known one has them.
   *
   * A host that has clients only counts no starts. The last one that was heard counts, unless one with nodes is heard. A late
   * message delays answers until that host presents itself again.
   */
  heard(name: string, { life, start, client, nodes, withheld, view }: Heard): void {
    const known = this.#hosts.get(name);
    const isOther = known !== undefined && known.link.life !== life;
    if (isOther && this.#isBefore(known, { start, nodes, withheld })) return;
    const link = known?.link.life === life ? known.link : new Link(life);
    const heardAtMs = performance.now();
    this.#hosts.set(name, { name, link, start, client, nodes, view, heardAtMs });
  }

  #isBefore(
    known: OtherHost,
    { start, nodes, withheld }: Pick<Heard, "start" | "nodes" | "withheld">,
  ): boolean {
    const hasClientsOnly = start === 0;
    if (!hasClientsOnly && start <= known.start) return true;
    const lacks = hasClientsOnly ? known.nodes.length > 0 : withheld > 0;
    return nodes.length === 0 && lacks && this.isHeard(known.name, SILENT_MS);
  }

  /** What the hosts that are not silent tell of the leader. */
  views(): readonly HostView[] {
    return this.all().flatMap(({ name, view }) =>
      view !== undefined && this.isHeard(name, SILENT_MS) ? [view] : [],
    );
  }

  /** Whether a host was heard from within that time. */
  isHeard(name: string, withinMs: number): boolean {
    const at = this.#hosts.get(name)?.heardAtMs;
    return at !== undefined && performance.now() - at < withinMs;
  }

  /** Whether to ask a host now who it is. */
  mayAsk(name: string): boolean {
    const now = performance.now();
    const asked = this.#askedAtMs.get(name);
    if (asked !== undefined && now - asked < ASK_MS) return false;
    this.#askedAtMs.set(name, now);
    return true;
  }
}
