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
  readonly #now: () => number;

  /** @param now the time in ms, from any beginning. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

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
   * A host has presented itself. While the known start of it is heard, a late message of an earlier one changes nothing. Nor does
   * a later start that presents no node of those that it has: its nodes may be refused, because the known one has them. Of two
   * processes in the same start the one that presents nodes counts.
   *
   * A host that has clients only counts no starts. The last one that was heard counts, unless one with nodes is heard. A late
   * message delays answers until that host presents itself again.
   *
   * When the known start is silent, every other one counts: a host that returned with an older folder must be answered, so that
   * the node that is refused can get a new disk.
   */
  heard(name: string, { life, start, client, nodes, withheld, view }: Heard): void {
    const known = this.#hosts.get(name);
    const isOther = known !== undefined && known.link.life !== life;
    if (isOther && this.isHeard(name, SILENT_MS) && isBefore({ start, nodes, withheld }, known))
      return;
    const link = known?.link.life === life ? known.link : new Link(life);
    this.#hosts.set(name, { name, link, start, client, nodes, view, heardAtMs: this.#now() });
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
    return at !== undefined && this.#now() - at < withinMs;
  }

  /** Whether to ask a host now who it is. */
  mayAsk(name: string): boolean {
    const now = this.#now();
    const asked = this.#askedAtMs.get(name);
    if (asked !== undefined && now - asked < ASK_MS) return false;
    this.#askedAtMs.set(name, now);
    return true;
  }
}

/** Whether another start of a host, which presents itself, is to wait until the known one is silent. */
function isBefore(
  { start, nodes, withheld }: Pick<Heard, "start" | "nodes" | "withheld">,
  known: OtherHost,
): boolean {
  if (start === 0) return known.nodes.length > 0;
  if (start === known.start) return nodes.length === 0 || known.nodes.length > 0;
  return start < known.start || (nodes.length === 0 && withheld > 0);
}
