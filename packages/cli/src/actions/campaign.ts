import { nameProblem, type CampaignState, type Fleet } from "@kontiki/nats";
import { mixtureOf, type RunReport } from "@kontiki/testing";
import { verdictOf } from "../campaign/campaign-run.ts";
import { ALL, loadScenarios } from "../campaign/load-scenarios.ts";
import { writeRun } from "../campaign/write-run.ts";
import type { Engines } from "../engines/engines.ts";
import { fleetRun } from "../fleet/fleet-run.ts";
import { statusJson } from "../fleet/status-json.ts";
import { progressText, statusText, violationsText } from "../fleet/status-text.ts";
import { expectCampaign, withFleet, type ServerOptions } from "../fleet/with-fleet.ts";
import { EXIT_OK, EXIT_TOOL, verdictStatus, type Host } from "../host/host.ts";
import { badInput } from "../output/check-failure.ts";
import { colorsFor } from "../output/colors.ts";
import { Notes } from "../output/notes.ts";
import { write } from "../output/write.ts";
import { shellWord } from "../render/quoting.ts";
import { counted } from "../render/quantities.ts";

type Json = { readonly json?: true };

export type StartOptions = ServerOptions &
  Json & {
    readonly name?: string;
    readonly seeds: number;
    readonly seed: number;
    readonly range?: number;
    readonly untilFail?: true;
    readonly untilDoubt?: true;
    readonly guided?: true;
    readonly deliveries: number;
    readonly redeliverAfter?: number;
    readonly replicas: number;
  };

export type CampaignOptions = ServerOptions & Json;
export type StopOptions = CampaignOptions & { readonly remove?: true };

/** `kontiki campaign start`. */
export function startCampaign(
  sources: readonly string[],
  options: StartOptions,
  host: Host,
  engines: Engines,
): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return withFleet(options, host, notes, async (fleet) => {
    const loaded = await loadScenarios(sources.length === 0 ? [ALL] : sources, engines);
    const names = loaded.map(({ name }) => name);
    const isAll = sources.length === 0 || sources.includes(ALL);
    const name = options.name ?? (await freeName(fleet, isAll ? ALL : (names[0] ?? ALL), engines));
    const wrong = nameProblem(name);
    if (wrong !== undefined) throw badInput(wrong);
    if ((await fleet.names()).includes(name))
      throw badInput(
        `there is a campaign ${name} already: give another --name, or remove it with "kontiki campaign stop ${name} --remove"`,
      );
    const state = await fleet.start({
      name,
      scenarios: loaded.map(({ name: scenario, source }) => ({ name: scenario, source })),
      order: isAll ? mixtureOf(names) : undefined,
      first: options.seed,
      count: options.seeds,
      perRange: options.range,
      untilFail: options.untilFail ?? false,
      untilDoubt: options.untilDoubt ?? false,
      guided: options.guided ?? false,
      deliveries: options.deliveries,
      redeliverMs: options.redeliverAfter,
      replicas: options.replicas,
    });
    await write(
      host.stdout,
      options.json === true ? statusJson(state, []) : started(state, options),
    );
    return EXIT_OK;
  });
}

function started({ name, progress, ranges, code }: CampaignState, { nats }: StartOptions): string {
  const server = `--nats ${shellWord(nats.replace(/\/\/[^@]*@/, "//"))}`;
  const lines = [
    `started ${name}: ${counted(progress.size ?? 0, "run")} in ${counted(ranges.all, "range")}, code ${code}`,
    `  kontiki worker ${server}`,
    `  kontiki campaign watch ${name} ${server}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** A name that no campaign has: that of the first scenario, and some letters. */
async function freeName(fleet: Fleet, scenario: string, engines: Engines): Promise<string> {
  const names = await fleet.names();
  const word = scenario.replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 40);
  for (;;) {
    const name = `${word}-${engines.randomSeed().toString(36)}`;
    if (!names.includes(name)) return name;
  }
}

/** `kontiki campaign status`: of one campaign, or of all. */
export function campaignStatus(
  name: string | undefined,
  options: CampaignOptions,
  host: Host,
): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return withFleet(options, host, notes, async (fleet) => {
    if (name !== undefined) await expectCampaign(fleet, name);
    const names = name === undefined ? await fleet.names() : [name];
    if (names.length === 0 && options.json !== true)
      notes.note("there is no campaign on this server");
    const colors = colorsFor(host.stdout, host.env);
    for (const one of names) {
      const state = await fleet.state(one);
      const workers = await fleet.workers(state.id);
      const text =
        options.json === true
          ? statusJson(state, workers)
          : name === undefined
            ? `${progressText(state, workers)}\n`
            : statusText(state, workers, colors);
      await write(host.stdout, text);
    }
    return EXIT_OK;
  });
}

/** `kontiki campaign watch`: until it has ended, with its verdict as exit status. */
export function watchCampaign(name: string, options: CampaignOptions, host: Host): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return withFleet(options, host, notes, async (fleet) => {
    await expectCampaign(fleet, name);
    const isJson = options.json === true;
    const colors = colorsFor(host.stdout, host.env);
    const told = new Set<string>();
    let last: CampaignState | undefined;
    let line = "";
    const follow = fleet.watch(
      name,
      (state) => {
        const isNew =
          last === undefined ||
          last.ranges.done !== state.ranges.done ||
          last.state !== state.state;
        last = state;
        void fleet.workers(state.id).then(
          (workers) => {
            line = progressText(state, workers);
          },
          () => undefined,
        );
        if (isJson && isNew) host.stdout.write(statusJson(state, []));
        for (const text of isJson ? [] : violationsText(state, colors)) {
          // Later runs only change a number at the end of the first line.
          const key = text.replace(/^(.*?, seed \d+).*$/m, "$1");
          if (!told.has(key)) host.stdout.write(`${text}\n`);
          told.add(key);
        }
        return state.state === "running";
      },
      host.signal,
    );
    await (isJson ? follow : notes.during(() => line, follow));
    if (last === undefined) return EXIT_TOOL;
    if (!isJson) await write(host.stdout, `${progressText(last, [])}\n`);
    return statusFor(last, notes);
  });
}

/** `kontiki campaign report`: what `kontiki run` prints, of the results that are there. */
export function reportCampaign(
  name: string,
  options: CampaignOptions,
  host: Host,
): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return withFleet(options, host, notes, async (fleet) => {
    await expectCampaign(fleet, name);
    const state = await notes.during(`reading the results of ${name} ...`, fleet.state(name));
    const run = fleetRun(state);
    await writeRun(run, options.json === true, host);
    return statusFor(state, notes);
  });
}

function statusFor(state: CampaignState, notes: Notes): number {
  if (state.result.broken !== undefined) {
    notes.problem(state.result.broken);
    return EXIT_TOOL;
  }
  const verdict: RunReport["verdict"] = verdictOf(fleetRun(state));
  return verdictStatus(verdict);
}

/** `kontiki campaign stop`. */
export function stopCampaign(name: string, options: StopOptions, host: Host): Promise<number> {
  const notes = new Notes(host, "kontiki: ");
  return withFleet(options, host, notes, async (fleet) => {
    await expectCampaign(fleet, name);
    const state = await fleet.state(name);
    if (options.remove === true) await fleet.remove(name);
    else await fleet.stop(name);
    const { done, size = 0 } = state.progress;
    const text =
      options.json === true
        ? JSON.stringify({ name, removed: options.remove === true, runs: { done, all: size } })
        : options.remove === true
          ? `removed ${name} and its results`
          : progressText(state.state === "running" ? { ...state, state: "stopped" } : state, []);
    await write(host.stdout, `${text}\n`);
    return EXIT_OK;
  });
}
