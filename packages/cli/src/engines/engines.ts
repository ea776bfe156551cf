import {
  decodeToken,
  exploreInSlices,
  JobThread,
  loadScenario,
  scenarioNames,
  SEEDS,
  type Job,
  type JobSpec,
  type Scenario,
} from "@kontiki/testing";
import type { HostsEngine, NatsOptions } from "@kontiki/nats";
import { randomInt } from "node:crypto";
import { pathSubject } from "../replay/path-subject.ts";
import { runSubject } from "../replay/run-subject.ts";
import type { TokenSubject } from "../replay/token-subject.ts";
import { deadline } from "./deadline.ts";

/** What the commands that run scenarios need from outside, so that tests can replace it. */
export type Engines = {
  /** Names of the shipped scenarios. */
  readonly scenarioNames: () => Promise<readonly string[]>;
  /** By path or by the name of a shipped one. @throws Error with the place of what is wrong. */
  readonly loadScenario: (pathOrName: string) => Promise<Scenario>;
  readonly startJob: (spec: JobSpec) => Job;
  /** Opens the engine whose nodes are in several processes. @throws Error when no server of NATS can be started or reached. */
  readonly openHosts: (nats: NatsOptions | undefined) => Promise<HostsEngine>;
  readonly exploreInSlices: typeof exploreInSlices;
  /** @throws Error for text that is not a token, and for a token of another version. */
  readonly readToken: (token: string) => Promise<TokenSubject>;
  readonly randomSeed: () => number;
  /** Aborted after this many ms. */
  readonly deadline: (ms: number) => AbortSignal;
  /** In ms, from any moment on. */
  readonly now: () => number;
};

/** Loads them when a command needs them. */
export type LoadEngines = () => Promise<Engines>;

/** The real ones. */
export const engines: Engines = {
  scenarioNames,
  loadScenario,
  startJob: (spec) => new JobThread(spec),
  openHosts: async (nats) => (await import("@kontiki/nats")).openHostsEngine(nats),
  exploreInSlices,
  readToken: async (text) => {
    const token = decodeToken(text);
    return token.type === "run" ? runSubject(token) : pathSubject(token);
  },
  randomSeed: () => randomInt(SEEDS),
  deadline,
  now: () => performance.now(),
};
