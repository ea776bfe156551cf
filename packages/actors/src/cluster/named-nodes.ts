import type { NodeId } from "@kontiki/core";
import type { ClusterDisks } from "../directory/cluster-disks.ts";
import { KontikiError } from "../errors.ts";
import { checkArgument } from "../options/argument.ts";
import { someNode } from "../options/node-names.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import { NodeHandle } from "./node-handle.ts";

/** Which node a caller means by a name: one of this host, or of another one. `where` is the call, for messages. */
export class NamedNodes {
  readonly #supervisor: RemoteSupervisor;
  readonly #disks: ClusterDisks;
  readonly #host: string;

  /** @param host the name of this host, where there are others. */
  constructor(supervisor: RemoteSupervisor, disks: ClusterDisks, host: string) {
    this.#supervisor = supervisor;
    this.#disks = disks;
    this.#host = host;
  }

  /** One of the nodes here. @throws KontikiError that names them all when there is none of this name. */
  handle(where: string, id: string): NodeHandle {
    checkArgument(where, "id", someNode, id);
    const child = this.#supervisor.child(id);
    if (child !== undefined) return new NodeHandle(child, this.#supervisor, this.#disks);
    const host = this.hostOf(this.anywhere(where, id));
    throw new KontikiError(`${id} is on host ${host}, and this is host ${this.#host}: do it there`);
  }

  /** The name of a node on any host. @throws KontikiError when there is no such node. */
  anywhere(where: string, id: string): NodeId {
    checkArgument(where, "id", someNode, id);
    const { nodeIds } = this.#supervisor;
    const found = nodeIds.find((node) => node === id);
    if (found !== undefined) return found;
    throw new KontikiError(`there is no node ${id}: there are ${nodeIds.join(", ")}`);
  }

  /** The same, for what only a node that runs can do. @throws KontikiError also when it is here and does not run. */
  running(where: string, id: string): NodeId {
    const named = this.anywhere(where, id);
    const isHere = this.#supervisor.child(named) !== undefined;
    return isHere ? this.handle(where, named).runningId : named;
  }

  /** The other host that has a node; undefined for a node of this one, and for one that no host is known to have. */
  hostOf(id: string): string | undefined {
    return this.#supervisor.child(id) === undefined
      ? this.#supervisor.otherHosts?.hostOf(id)
      : undefined;
  }
}
