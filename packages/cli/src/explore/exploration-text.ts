import { storyOf, storyText, type Exploration } from "@kontiki/testing";
import { columns, filled } from "../render/coverage-text.ts";
import { counted, durationText, grouped } from "../render/quantities.ts";
import { plainText } from "../render/quoting.ts";
import type { Colors } from "../output/colors.ts";
import {
  boundsIn,
  isAsRecorded,
  tokenOf,
  verdictOf,
  type ExplorationRun,
} from "./exploration-run.ts";

const MIB = 2 ** 20;

/** An exploration for people; the first line is a summary. `width` in characters. */
export function explorationText(run: ExplorationRun, colors: Colors, width: number): string {
  const { violation } = run.exploration;
  const token = tokenOf(run);
  const parts = [
    [
      headline(run, colors),
      sizeText(run),
      ...recordedText(run),
      ...hashesText(run),
      boundsText(run),
    ].join("\n"),
    ...(violation === undefined
      ? [...metText(run, width), ...situationsText(run, width)]
      : [storyText(storyOf(violation), { width }), `kontiki replay ${token}`]),
  ];
  return parts.map((part) => `${part}\n`).join("\n");
}

function headline(run: ExplorationRun, colors: Colors): string {
  const verdict = verdictOf(run.exploration.verdict);
  const paint = { valid: colors.green, violated: colors.red, unknown: colors.yellow }[verdict];
  return `${paint(verdict)}: ${reasonText(run)}`;
}

function reasonText({ exploration, stoppedBy }: ExplorationRun): string {
  const { ended, states, never, violation } = exploration;
  if (violation !== undefined) {
    const transitions = counted(violation.transitions.length, "transition");
    return `${plainText(violation.text)}, after ${transitions}`;
  }
  const seen = counted(states, "state");
  if (ended !== "exhausted")
    return `${ended === "stopped" ? STOPPED_BY[stoppedBy] : OUT_OF_MEMORY} after ${seen}${checkedText(exploration)}`;
  if (never.length === 0) return `all ${seen} checked`;
  return `all ${seen} checked, but never met: ${never.join(", ")}`;
}

/** What is certain although the search did not end. */
function checkedText({ depthChecked, waiting }: Exploration): string {
  const waits = `${grouped(waiting)} wait`;
  if (depthChecked === undefined) return `, of which ${waits}`;
  return `, of which ${waits}; all runs of up to ${counted(depthChecked, "transition")} are checked`;
}

/** How seen states were kept, when two of them could be taken for one. */
function hashesText({ exploration: { hashes } }: ExplorationRun): readonly string[] {
  if (hashes === undefined) return [];
  const { bits, missed } = hashes;
  // Rounding takes off at most a twentieth.
  const chance = (missed * 1.05).toExponential(1);
  return [`seen states kept as ${bits}-bit hashes; chance that any was missed below ${chance}`];
}

/** Whether the counts are those that are recorded for the instance. */
function recordedText(run: ExplorationRun): readonly string[] {
  const isSame = isAsRecorded(run);
  if (run.recorded === undefined || isSame === undefined) return [];
  const { name, states, unreduced, depth } = run.recorded;
  if (isSame) return [`exactly the states that are recorded for ${name}`];
  const without = unreduced === states ? "" : ` (${grouped(unreduced)} without symmetry)`;
  return [
    `recorded for ${name}: ${counted(states, "state")}${without}, depth ${depth}; this core behaves differently`,
  ];
}

/** What happened, how often, and the depth at which it did first; and what never happened. */
function metText({ exploration }: ExplorationRun, width: number): readonly string[] {
  const { firstMet } = exploration;
  const counts = Object.entries(exploration.sometimes);
  const met = counts.filter(([, count]) => count > 0);
  const never = counts.filter(([, count]) => count === 0).map(([name]) => name);
  const nameWidth = Math.max(...met.map(([name]) => name.length));
  const countWidth = Math.max(...met.map(([, count]) => grouped(count).length));
  const rows = met.map(([name, count]): readonly [string, number] => [
    `${name.padEnd(nameWidth)} ${grouped(count).padStart(countWidth)}`,
    firstMet[name] ?? 0,
  ]);
  const lines = [
    ...(met.length === 0 ? [] : [MET, ...columns(rows, width)]),
    ...(never.length === 0 ? [] : ["never met:", ...filled(never, width)]),
  ];
  return lines.length === 0 ? [] : [lines.join("\n")];
}

const MET = "met, in how many transitions, and at which depth first:";

/** The situations that campaigns count, each with the depth at which the search met it first. */
function situationsText({ exploration }: ExplorationRun, width: number): readonly string[] {
  const { firstMet, sometimes } = exploration;
  const situations = Object.entries(firstMet).filter(([name]) => !Object.hasOwn(sometimes, name));
  if (situations.length === 0) return [];
  return [
    ["situations, by the depth at which each was met first:", ...columns(situations, width)].join(
      "\n",
    ),
  ];
}

/** Everything that the search was allowed: bounds of 0 and options that are off are left out. */
function boundsText(run: ExplorationRun): string {
  const { search, symmetry: _symmetry, rules, ...bounds } = boundsIn(run);
  const used = Object.entries(bounds).flatMap(([name, value]) => {
    if (value === undefined || value === 0 || value === false) return [];
    return [value === true ? name : `${name} ${value}`];
  });
  const checks = rules === false ? "; properties only" : "";
  return `within ${used.join(", ")}; ${search} first${checks}`;
}

const STOPPED_BY = { time: "the time ran out", interruption: "interrupted" } as const;
const OUT_OF_MEMORY = "the memory ran out";

function sizeText({ exploration, elapsedMs }: ExplorationRun): string {
  const { states, unreduced, transitions, depth, bytes } = exploration;
  const without = unreduced === states ? "" : ` (${grouped(unreduced)} without symmetry)`;
  const size = `${counted(states, "state")}${without}, ${counted(transitions, "transition")}, depth ${depth}`;
  const rate = grouped((states / Math.max(1, elapsedMs)) * 1000);
  return `${size}; ${durationText(elapsedMs)}, ${rate} states/s, ${grouped(bytes / MIB)} MiB`;
}
