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
import { randomInt } from "node:crypto";
import { deadline } from "./deadline.ts";
import type { TokenSubject } from "../replay/token-subject.ts";
import { pathSubject } from "../replay/path-subject.ts";
import { runSubject } from "../replay/run-subject.ts";

/** What the commands that try things ask of the world, so that tests can stand in for it. */
export type Engines = {
  /** Names of the scenarios that are shipped. */
  readonly scenarioNames: () => Promise<readonly string[]>;
  /** By path or by name of a shipped one. @throws Error that says where it is wrong. */
  readonly loadScenario: (pathOrName: string) => Promise<Scenario>;
  readonly startJob: (spec: JobSpec) => Job;
  readonly exploreInSlices: typeof exploreInSlices;
  /** @throws Error for what is no token, and for one of another version. */
  readonly readToken: (token: string) => Promise<TokenSubject>;
  readonly randomSeed: () => number;
  /** Aborted after so many ms. */
  readonly deadline: (ms: number) => AbortSignal;
  /** In ms, from any moment on. */
  readonly now: () => number;
};

/** The real ones. */
export const engines: Engines = {
  scenarioNames,
  loadScenario,
  startJob: (spec) => new JobThread(spec),
  exploreInSlices,
  readToken: async (text) => {
    const token = decodeToken(text);
    return token.type === "run" ? runSubject(token) : pathSubject(token);
  },
  randomSeed: () => randomInt(SEEDS),
  deadline,
  now: () => performance.now(),
};
