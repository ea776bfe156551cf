import { CONFIG_DEFAULTS, type Effect } from "@kontiki/core";
import type { Rule } from "./rule.ts";

/** The rules of a transfer of leadership (dissertation 3.10). */
export const TRANSFER_RULES: readonly Rule[] = [
  {
    // Its target might never catch up.
    text: "it takes a proposal while it hands over",
    isBroken: ({ event, before: { state }, effects }) => {
      const handsOver = state.role.type === "leader" && state.role.transfer !== undefined;
      const asks = event.type === "propose" || event.type === "changeMembership";
      return asks && handsOver && effects.some(({ type }) => type === "appendLog");
    },
  },
  {
    text: "it asks a server to stand that does not hold its whole log",
    isBroken: (step) => {
      const { before, after, effects } = step;
      const [{ role: old }, { role: now }] = [before.state, after.state];
      if (now.type !== "leader" || now.transfer === undefined) return false;
      const isAgain = old.type === "leader" && old.transfer?.told === true;
      if (isAgain) return false;
      const { target } = now.transfer;
      const asks = effects.some((effect) => asksToStand(effect));
      return asks && (now.progress[target]?.match ?? 0) < before.env.log.lastIndex;
    },
  },
  {
    // Dissertation 4.2.3: servers that hear the old leader vote only if the request says that this is a transfer.
    text: "its requests for votes do not say whether its leader asked it to stand",
    isBroken: ({ event, effects }) => {
      const isAsked = event.type === "message" && event.message.type === "timeoutNow";
      return effects.some(
        (effect) =>
          effect.type === "send" &&
          effect.message.type === "requestVote" &&
          effect.message.transfer !== isAsked,
      );
    },
  },
  {
    // A leader whose target does not take over leads on.
    text: "it hands over for longer than an election timeout",
    isBroken: ({ event, before, after }) => {
      const [{ role: old }, { role: now }] = [before.state, after.state];
      if (old.type !== "leader" || now.type !== "leader") return false;
      if (old.transfer === undefined || now.transfer === undefined) return false;
      const isBeat = event.type === "heartbeatTimeout";
      const { quorumBeats } = after.env.config;
      const most = quorumBeats === 0 ? CONFIG_DEFAULTS.quorumBeats : quorumBeats;
      const { beats } = now.transfer;
      return beats !== old.transfer.beats + (isBeat ? 1 : 0) || beats >= most;
    },
  },
];

function asksToStand(effect: Effect<string>): boolean {
  return effect.type === "send" && effect.message.type === "timeoutNow";
}
