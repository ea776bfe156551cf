import type { NodeControl, NodeSpec, FromNode } from "../mail/protocol.ts";
import { ActorThread, type ThreadHandlers, type ThreadMail } from "../supervision/actor-thread.ts";
import type { LaneReport } from "./lane-report.ts";

/** Undefined in a bundle of CommonJS. */
const HERE: string | undefined = import.meta.url;

/** With its folder, so that a bundle never takes another `worker.js` for it. */
const FILE = HERE === undefined ? undefined : new URL("../threads/worker.js", import.meta.url);

/** What a node's thread posts, in its port and in its lanes. */
export type PostedByNode = Exclude<FromNode, { readonly type: "turn" }> | LaneReport;

/** One start of a node's worker thread. */
export class NodeThread extends ActorThread<PostedByNode, NodeControl> {
  constructor(spec: NodeSpec, mail: ThreadMail, handlers: ThreadHandlers<PostedByNode>) {
    const { id: name, heapMiB } = spec;
    super({ file: FILE, name, heapMiB, spec }, mail, handlers);
  }
}
