import { inspect } from "node:util";
import { KontikiError } from "../errors.ts";
import { importModule } from "../machine/import-module.ts";

/**
 * What carries mail to other hosts, as plain data: the supervisor's thread imports the module and opens it there, as
 * nodes' threads import the state machine. A package that has a transport exports a function that returns this.
 */
export type TransportSpec = {
  /** The URL of the module. Its default export is an {@link OpenTransport}. */
  readonly module: string;
  /** What it is opened with: plain data. */
  readonly options?: unknown;
};

/** What a transport gets from its host. */
export type TransportSetup = {
  /** The id of the cluster. Nothing of another cluster may be received. */
  readonly cluster: string;
  /** The name of this host. */
  readonly host: string;
  /** Where this host receives: words of a-z, 0-9 and -, with dots between them. */
  readonly addresses: readonly string[];
  /** Bytes have come to one of these addresses. They may be anything. */
  readonly receive: (address: string, bytes: Uint8Array) => void;
  /** It can carry from now on, or no longer. `what` says in one line what happened. */
  readonly onState: (connected: boolean, what: string) => void;
};

/** Why a transport did not take a message. */
export type Untaken = "no connection" | "mailbox full";

/**
 * Carries bytes to the hosts that receive at an address. What it carries may be lost, doubled, late and out of order, but
 * not changed.
 */
export type Transport = {
  /** Sends at most {@link MESSAGE_BYTES_MAX} bytes, which it copies if it keeps them. Returns why it does not. */
  send(address: string, bytes: Uint8Array): Untaken | undefined;
  /** Sends what it has taken, for a moment, and ends. */
  close(): Promise<void>;
};

/** Opens a transport. It resolves before there is a connection, which is made again whenever it is lost. */
export type OpenTransport = (options: unknown, setup: TransportSetup) => Promise<Transport>;

/** The most bytes of one message. */
export const MESSAGE_BYTES_MAX = 600 * 1024;

/** Opens a transport. @throws KontikiError when its module cannot be loaded or is none. */
export async function openTransport(
  { module, options }: TransportSpec,
  setup: TransportSetup,
): Promise<Transport> {
  const { default: open } = await importModule(module, "transport");
  if (typeof open !== "function")
    throw new KontikiError(
      `transport ${module} has ${inspect(open, { depth: 0 })} as its default export: it must be a function`,
    );
  return (open as OpenTransport)(options, setup);
}
