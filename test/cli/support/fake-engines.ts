import type { Engines } from "@kontiki/cli";
import type { NatsOptions } from "@kontiki/nats";
import {
  exploreInSlices,
  type JobSpec,
  type RunReport,
  type Scenario,
  type Task,
} from "@kontiki/testing";

/** A run without problems. */
export function validReport(task: Task): RunReport {
  return {
    task,
    verdict: "valid",
    violations: [],
    doubts: [],
    hash: "00c0ffee",
    events: 1000,
    virtualMs: 5000,
    coverage: { "crash.began": 2, "wipe.began": 0 },
    expected: {},
    met: ["elections.split"],
    elapsedMs: 10,
    token: undefined,
    page: undefined,
  };
}

/** A run that elected two leaders. */
export function violatedReport(task: Task): RunReport {
  return {
    ...validReport(task),
    verdict: "violated",
    violations: [{ check: "Election Safety", text: "n1 and n2 lead term 4", at: 2341 }],
    token: "k1-abc",
    page: "<html></html>",
  };
}

/** A run that did not show what its scenario expects. */
export function unknownReport(task: Task): RunReport {
  return { ...validReport(task), verdict: "unknown", doubts: ["leaders: 0, at least 1"] };
}

/** Engines whose runs end as the test decides, and that remember their calls. */
export class FakeEngines implements Engines {
  readonly specs: JobSpec[] = [];
  readonly tasks: Task[] = [];
  killed = 0;
  readonly #outcome: (task: Task) => Promise<RunReport>;
  readonly #deadline = new AbortController();
  #now = 0;

  /** `outcome`: of a run; one that never ends is a promise that never resolves. */
  constructor(outcome: (task: Task) => RunReport | Promise<RunReport> = validReport) {
    this.#outcome = async (task) => outcome(task);
  }

  readonly scenarioNames: Engines["scenarioNames"] = async () => ["backup", "figure_8"];

  readonly loadScenario: Engines["loadScenario"] = async (source) => {
    if (source === "none") throw new Error("there is no scenario none");
    // Only its name and description are used here.
    return { name: source, about: `About ${source}.` } as Scenario;
  };

  readonly startJob: Engines["startJob"] = (spec) => {
    this.specs.push(spec);
    return {
      run: (task) => {
        this.tasks.push(task);
        return this.#outcome(task);
      },
      kill: async () => {
        this.killed += 1;
      },
    };
  };

  /** The servers for which the engine of several processes was opened, and whether it was closed. */
  readonly hosts: { readonly nats: NatsOptions | undefined; isClosed: boolean }[] = [];

  openHosts: Engines["openHosts"] = async (nats) => {
    const opened = { nats, isClosed: false };
    this.hosts.push(opened);
    return {
      clusters: { module: "file:///clusters.js", options: { nats } },
      close: async () => {
        opened.isClosed = true;
      },
    };
  };

  exploreInSlices: Engines["exploreInSlices"] = exploreInSlices;

  readToken: Engines["readToken"] = async (token) => {
    throw new Error(`${token} is no token`);
  };

  readonly randomSeed: Engines["randomSeed"] = () => 4711;

  readonly deadline: Engines["deadline"] = () => this.#deadline.signal;

  /** Every reading advances the time by a second. */
  readonly now: Engines["now"] = () => {
    this.#now += 1000;
    return this.#now;
  };

  /** Ends the time of `--time`. */
  timeIsUp(): void {
    this.#deadline.abort();
  }
}
