import type { Job, JobSpec } from "@kontiki/testing";

/**
 * What a worker is asked for, and what it reports. Public, so nothing of NATS's client is imported here.
 *
 * @module
 */

/** Options of a worker. */
export type WorkOptions = {
  /** How many runs at once. */
  readonly jobs: number;
  /** The name of this machine. */
  readonly host: string;
  /** Starts a thread that runs tasks. */
  readonly startJob: (spec: JobSpec) => Job;
  /** Gives back what runs, and ends. */
  readonly signal: AbortSignal;
  /** Ends when no campaign runs that this worker can work on. Default: false. */
  readonly untilIdle?: boolean;
  /** Called with lines for people: a campaign that this worker refuses, and a server that takes no results, and why. */
  readonly onNote?: (line: string) => void;
};

/** What a worker has done. */
export type WorkDone = {
  /** Ranges whose results it published. */
  readonly ranges: number;
  /** Runs that ended here, also in ranges that it gave back. */
  readonly runs: number;
  /** Ranges that ended in an error of the tool as often as they may be given out. */
  readonly broken: number;
  /** Campaigns that it did not work on, by name. */
  readonly refused: readonly string[];
};

/** What a worker answers when somebody asks who is at work. */
export type WorkerReport = {
  /** Another one for each process. */
  readonly id: string;
  /** The name of its machine. */
  readonly host: string;
  /** The id of its process there. */
  readonly pid: number;
  /** How many runs it makes at once. */
  readonly jobs: number;
  /** How many of them work on this campaign now. */
  readonly busy: number;
  /** Its runs of this campaign that have ended in ranges which it holds or has held. */
  readonly runs: number;
  /** Runs a second over the last ten seconds, of all campaigns. */
  readonly perSecond: number;
};
