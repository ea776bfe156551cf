import { performance } from "node:perf_hooks";
import type { NodeId } from "@kontiki/core";
import type { HostQuestion, HostReply } from "../hosts/host-questions.ts";
import { nodesOf, type HostSpec } from "../hosts/host-spec.ts";
import type { HostView } from "../hosts/host-view.ts";
import { SILENT_MS } from "../hosts/other-hosts.ts";
import type { Publication } from "../threads/supervision.ts";

type Known = {
  readonly nodes: readonly NodeId[];
  readonly view: HostView | undefined;
  readonly heardAtMs: number;
};

type Ask = (host: string, question: HostQuestion, waitMs: number) => Promise<HostReply>;

/** The other hosts of a cluster, as the program knows them: a mirror of what its supervisor has heard. */
export class HostMirror {
  /** Asks another host, and resolves to its answer, or to why there is none. */
  readonly ask: Ask;
  readonly #spec: HostSpec;
  readonly #known = new Map<string, Known>();

  constructor(spec: HostSpec, ask: Ask) {
    this.#spec = spec;
    this.ask = ask;
  }

  /** A host has presented itself. Returns whether its nodes are others than before. */
  heard({ host, nodes, view }: Publication & { readonly type: "heard" }): boolean {
    const before = this.nodesOn(host).join();
    this.#known.set(host, { nodes, view, heardAtMs: performance.now() });
    return before !== nodes.join();
  }

  /** The names of the other hosts: those of the peers, and those that were heard. */
  get names(): readonly string[] {
    const named = [...Object.keys(this.#spec.peers.hosts), ...this.#known.keys()];
    return [...new Set(named)].filter((name) => name !== this.#spec.host);
  }

  /** The nodes of another host: those that it has presented, or those of the peers before it was heard. */
  nodesOn(host: string): readonly NodeId[] {
    return this.#known.get(host)?.nodes ?? nodesOf(this.#spec.peers, host);
  }

  /** The nodes of all other hosts. */
  get nodes(): readonly NodeId[] {
    return [...new Set(this.names.flatMap((host) => this.nodesOn(host)))];
  }

  /** The host that has a node: the one that presents it, or the one to which the peers give it. */
  hostOf(node: string): string | undefined {
    const { peers } = this.#spec;
    const id = node as NodeId;
    const hosts = this.names;
    return (
      hosts.find((host) => this.nodesOn(host).includes(id)) ??
      hosts.find((host) => nodesOf(peers, host).includes(id))
    );
  }

  /** Whether a host has presented this node. */
  isHeard(node: NodeId): boolean {
    return [...this.#known.values()].some(({ nodes }) => nodes.includes(node));
  }

  /** How long ago a host presented itself, in ms; undefined if it never has. */
  heardAgoMs(host: string): number | undefined {
    const at = this.#known.get(host)?.heardAtMs;
    return at === undefined ? undefined : performance.now() - at;
  }

  /** What the hosts that are not silent tell of the leader. */
  views(): readonly HostView[] {
    const now = performance.now();
    return [...this.#known.values()].flatMap(({ view, heardAtMs }) =>
      view !== undefined && now - heardAtMs < SILENT_MS ? [view] : [],
    );
  }
}
