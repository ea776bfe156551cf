import { mayStand } from "@kontiki/core";
import { CIRCUMSTANCE } from "./circumstances.ts";
import { effectOf, leaderIn, sentOf } from "./moment.ts";
import { onlyIf, onAny, onEvent, onMessage, type StepPoint } from "./point.ts";

/** Transfers of leadership. */
export const TRANSFER: readonly StepPoint[] = [
  onEvent(
    "transfer",
    "transfer.targetBehind",
    "3.10",
    "A transfer began to a server that lacked entries.",
    (moment) => {
      const transfer = leaderIn(moment.after)?.transfer;
      return transfer?.told === false && leaderIn(moment.before)?.transfer === undefined;
    },
  ),
  onEvent(
    "transfer",
    "transfer.noLeader",
    "3.10",
    "A server that does not lead was asked to transfer leadership.",
    ({ before }) => before.role.type !== "leader",
  ),
  onEvent(
    "transfer",
    "transfer.toNonVoter",
    "3.10",
    "A transfer was refused because its target is not a voter.",
    ({ env, before, after }, { target }) =>
      target !== undefined &&
      target !== env.config.id &&
      before.role.type === "leader" &&
      before.role.transfer === undefined &&
      leaderIn(after)?.transfer === undefined,
  ),
  ...onlyIf(CIRCUMSTANCE.leaseGivenUp, [
    onEvent(
      "propose",
      "transfer.afterFailure",
      "3.10",
      "A leader took commands again after a transfer that had failed.",
      (moment) => {
        const role = leaderIn(moment.before);
        const isAgain = role?.leaseGivenUp === true && role.transfer === undefined;
        return isAgain && effectOf(moment, "proposed") !== undefined;
      },
    ),
  ]),
  onMessage(
    "timeoutNow",
    "transfer.mayNotStand",
    "3.10",
    "A server that may not stand for election was asked to.",
    ({ env, before }, { term }) =>
      term >= before.term && before.role.type === "follower" && !mayStand(env, before),
  ),
  onMessage(
    "timeoutNow",
    "transfer.lateRequest",
    "3.10",
    "A server was asked to stand by a leader of an earlier term.",
    ({ before }, { term }) => term < before.term,
  ),
  onMessage(
    "timeoutNow",
    "transfer.stands",
    "3.10",
    "A server that had heard its leader stood for election at once.",
    ({ before, after }) =>
      before.role.type === "follower" && before.role.heard && after.role.type === "candidate",
  ),
  ...onlyIf(CIRCUMSTANCE.transferring, [
    onMessage(
      "appendAccepted",
      "transfer.caughtUp",
      "3.10",
      "The target of a transfer got the last entry that it lacked, and was asked to stand.",
      ({ before, after }) =>
        leaderIn(before)?.transfer?.told === false && leaderIn(after)?.transfer?.told === true,
    ),
    onMessage(
      "appendAccepted",
      "transfer.otherCaughtUp",
      "3.10",
      "Another server than the target of a transfer had the whole log first.",
      ({ env, before, after }, { match }, from) => {
        const transfer = leaderIn(after)?.transfer;
        const isOther = transfer !== undefined && !transfer.told && transfer.target !== from;
        return isOther && before.role.type === "leader" && match === env.log.lastIndex;
      },
    ),
    onEvent(
      "heartbeatTimeout",
      "transfer.toldAgain",
      "3.10",
      "The target of a transfer was asked to stand a second time.",
      (moment) => sentOf(moment, "timeoutNow") !== undefined,
    ),
    onEvent(
      "heartbeatTimeout",
      "transfer.failed",
      "3.10",
      "A transfer failed because its target did not take over in time.",
      (moment) =>
        moment.after.role.type === "leader" &&
        effectOf(moment, "transferEnded")?.reason !== undefined,
    ),
    onEvent(
      "heartbeatTimeout",
      "transfer.quorumLost",
      "3.10",
      "A leader lost its majority while it transferred its leadership.",
      (moment) =>
        moment.after.role.type !== "leader" && effectOf(moment, "transferEnded") !== undefined,
    ),
    onAny(
      ["requestVote", "appendEntries", "appendRejected", "voteReply", "appendAccepted"],
      "transfer.succeeded",
      "3.10",
      "A newer term ended a transfer.",
      (moment) => {
        const ended = effectOf(moment, "transferEnded");
        return ended !== undefined && ended.reason === undefined;
      },
    ),
    onEvent(
      "transfer",
      "transfer.underWay",
      "3.10",
      "A transfer was refused because another one was under way.",
      ({ before }) => leaderIn(before)?.transfer !== undefined,
    ),
    onEvent(
      "propose",
      "transfer.proposalRefused",
      "3.10",
      "Commands were refused because leadership was being transferred.",
      (moment) => effectOf(moment, "rejectProposal")?.reason === "transferring",
    ),
    onEvent(
      "peerDown",
      "transfer.targetDown",
      "3.10",
      "The target of a transfer went down.",
      ({ before }, { node }) => leaderIn(before)?.transfer?.target === node,
    ),
  ]),
];
