import { BroadcastChannel } from "node:worker_threads";
import type { OpenTransport } from "@kontiki/actors";

/** What is wrong with a {@link BroadcastChannel} as a transport. */
export type Wrong = {
  /** Names the network. */
  readonly network: string;
  /** Every so manieth message is lost, sent twice, or sent after the next one; 0 for none. */
  readonly lost: number;
  readonly doubled: number;
  readonly late: number;
};

type Sent = { readonly address: string; readonly bytes: Uint8Array };

/** A transport between the threads of one process. */
const open: OpenTransport = async (options, { cluster, addresses, receive, onState }) => {
  const { network, lost, doubled, late } = options as Wrong;
  const channel = new BroadcastChannel(`${network}.${cluster}`);
  let sent = 0;
  let held: Sent | undefined;
  const is = (each: number): boolean => each > 0 && sent % each === 0;
  channel.onmessage = (event: unknown): void => {
    const { address, bytes } = (event as { readonly data: Sent }).data;
    if (addresses.includes(address)) receive(address, bytes);
    // A channel does not bring its own messages back, which NATS does.
  };
  setImmediate(() => onState(true, "the test's network is there"));
  return {
    send(address, given) {
      sent += 1;
      const message = { address, bytes: given.slice() };
      if (is(lost)) return undefined;
      if (is(late)) {
        held = message;
        return undefined;
      }
      channel.postMessage(message);
      if (is(doubled)) channel.postMessage(message);
      if (held !== undefined) channel.postMessage(held);
      held = undefined;
      return undefined;
    },
    async close() {
      channel.close();
    },
  };
};

export default open;
