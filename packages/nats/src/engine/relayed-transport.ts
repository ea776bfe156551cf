/**
 * Carries the mail of a host of a cluster under test: what it sends goes to the engine, which lets the network of the run decide
 * what arrives. A supervisor's thread imports this module.
 *
 * @module
 */
import type { OpenTransport } from "@kontiki/actors";
import type { NatsOptions } from "../connection/options.ts";
import { NatsTransport } from "../hosts/nats-transport.ts";
import { receivedBy, sentBy } from "./subjects.ts";

const open: OpenTransport = async (options, setup) => {
  const { cluster, host } = setup;
  const prefixes = { sent: sentBy(cluster, host), received: receivedBy(cluster, host) };
  return new NatsTransport(options as NatsOptions, setup, prefixes);
};

export default open;
