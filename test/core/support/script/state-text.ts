import {
  indexAfter,
  leaderOf,
  type Leader,
  type NodeId,
  type Progress,
  type Role,
  type State,
} from "@kontiki/core";
import { membershipText, snapshotText } from "../../../../packages/cli/src/render/message-text.ts";
import type { Server } from "./lab.ts";

/** The changes of a state, one line each; none when nothing changed. */
export function changeLines(before: State, after: State): readonly string[] {
  return [...commonLines(before, after), ...roleLines(before.role, after.role)];
}

function commonLines(before: State, after: State): readonly string[] {
  const lines: string[] = [];
  const told = (name: string, was: string | number | undefined, is: typeof was): void => {
    if (was !== is) lines.push(`${name} ${textOf(was)} => ${textOf(is)}`);
  };
  told("term", before.term, after.term);
  told("vote", before.votedFor, after.votedFor);
  told("commit", before.commit, after.commit);
  told("durable", before.durable, after.durable);
  told("snapshot", snapshotOf(before), snapshotOf(after));
  told("horizon", horizonOf(before), horizonOf(after));
  told("membership", membershipsOf(before), membershipsOf(after));
  return lines.length === 0 ? [] : [lines.join(", ")];
}

function roleLines(before: Role, after: Role): readonly string[] {
  if (before === after) return [];
  if (after.type === "leader") {
    if (before.type !== "leader")
      return [`becomes leader in round ${after.round}`, ...progressLines({}, after)];
    return [...leaderLines(before, after), ...progressLines(before.progress, after)];
  }
  const [was, is] = [roleText(before), roleText(after)];
  return was === is ? [] : [`${was} => ${is}`];
}

function leaderLines(before: Leader, after: Leader): readonly string[] {
  const lines: string[] = [];
  if (before.round !== after.round) lines.push(`round ${before.round} => ${after.round}`);
  const check = ({ check: { round, beats } }: Leader): string =>
    `round ${round} for ${beats} beats`;
  if (check(before) !== check(after)) lines.push(`waits for a quorum in ${check(after)}`);
  if (before.reads !== after.reads) lines.push(`reads ${readsText(after)}`);
  if (before.transfer !== after.transfer) lines.push(`transfer ${transferText(after)}`);
  if (before.leaseGivenUp !== after.leaseGivenUp) lines.push("gives up its lease");
  return lines.length === 0 ? [] : [lines.join(", ")];
}

function readsText({ reads }: Leader): string {
  if (reads.length === 0) return "none";
  return reads
    .map(
      ({ from, id, round, index }) =>
        `${id}${from === undefined ? "" : ` of ${from.node}`} at ${index} in round ${round}`,
    )
    .join("; ");
}

function transferText({ transfer }: Leader): string {
  if (transfer === undefined) return "none";
  const { target, told, beats } = transfer;
  return `to ${target}, ${told ? "told" : "not told yet"}, for ${beats} beats`;
}

function progressLines(before: Leader["progress"], after: Leader): readonly string[] {
  const gone = (Object.keys(before) as NodeId[]).filter((node) => !(node in after.progress));
  const lines = (Object.entries(after.progress) as [NodeId, Progress][]).flatMap(
    ([node, progress]) => {
      const [was, is] = [before[node], progressText(progress)];
      return was !== undefined && progressText(was) === is ? [] : [`${node}: ${is}`];
    },
  );
  return [...lines, ...gone.map((node) => `${node}: no longer a member`)];
}

function progressText(progress: Progress): string {
  const { type, next, match, round } = progress;
  const known = `${type}, match ${match}, next ${next}, answered round ${round}`;
  switch (progress.type) {
    case "probe":
      return progress.waiting ? `${known}, waits for an answer` : known;
    case "replicate":
      return progress.inflight.length === 0
        ? known
        : `${known}, in flight up to ${progress.inflight.join(" ")}`;
    case "snapshot": {
      const { snapshot, offset, beats } = progress;
      return `${known}, sends ${snapshotText(snapshot)} from byte ${offset} for ${beats} beats`;
    }
    default:
      return progress satisfies never;
  }
}

function roleText(role: Role): string {
  switch (role.type) {
    case "follower": {
      const { leader, heard, receiving } = role;
      const whom = leader === undefined ? "without a leader" : `of ${leader}`;
      const silent = leader !== undefined && !heard ? ", which is silent" : "";
      const maybe = leader === undefined && heard ? ", may have heard one before" : "";
      const parts =
        receiving === undefined
          ? ""
          : `, has ${receiving.received} bytes of ${snapshotText(receiving.snapshot)}`;
      return `follower ${whom}${silent}${maybe}${parts}`;
    }
    case "preCandidate":
    case "candidate":
      return `${role.type} with ${role.votes.join(" ")}`;
    case "leader":
      return "leader";
    default:
      return role satisfies never;
  }
}

function snapshotOf({ snapshot }: State): string | undefined {
  return snapshot === undefined ? undefined : snapshotText(snapshot);
}

function horizonOf({ horizon }: State): string | undefined {
  return horizon === undefined ? undefined : `${horizon.index}@${horizon.term}`;
}

function membershipsOf({ memberships }: State): string | undefined {
  if (memberships.length === 0) return undefined;
  return memberships
    .map(({ index, membership }) => `${index}: ${membershipText(membership)}`)
    .join(" ");
}

function textOf(value: string | number | undefined): string {
  return value === undefined ? "none" : String(value);
}

/** A server at rest in one line: role, term, vote, commit, and the terms of its log. */
export function serverLine<C>({ config, log, state, isUp }: Server<C>): string {
  if (!isUp) return `${config.id} is down`;
  const { role, term, votedFor, commit } = state;
  const leader = role.type === "follower" ? leaderOf(config, state) : undefined;
  const rank = leader === undefined ? role.type : `follower of ${leader}`;
  const terms = Array.from({ length: log.lastIndex - log.firstIndex + 1 }, (_, at) =>
    log.termAt(indexAfter(log.firstIndex, at)),
  );
  const damage = state.horizon === undefined ? "" : `, damaged, was up to ${horizonOf(state)}`;
  const from = log.firstIndex === 1 ? "" : ` from ${log.firstIndex}`;
  return `${config.id} ${rank}, term ${term}, vote ${votedFor ?? "none"}, commit ${commit}, log${from} [${terms.join(" ")}]${damage}`;
}
