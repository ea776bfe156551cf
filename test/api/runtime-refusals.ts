import { ActorRef, ActorSystem } from "@kontiki/actors/runtime";
import { kind, PATIENCE, record, setting, text, whole, words } from "./support/kinds.ts";
import { wrongArgument, wrongOptions, type Refusal } from "./support/refusals.ts";

const NAME = text("a name of letters, digits, _ and -, a letter first, 64 at most");
const SOME_ACTOR = text("the name of an actor");

/** What `spawn` loads, if it goes on. */
const NONE = "data:text/javascript,";

const system = (): ActorSystem => new ActorSystem();

/** A reference, of whose system nothing is asked. */
const ref = (): ActorRef => new ActorRef("a", {} as never);

/** Calls that `@kontiki/actors/runtime` refuses before a thread is started. */
export const actorRefusals: Readonly<Record<string, readonly Refusal[]>> = {
  "new ActorSystem": wrongOptions({
    where: "ActorSystem",
    call: (options) => new ActorSystem(options),
    options: {
      strategy: words("one-for-one", "one-for-all", "rest-for-one"),
      restarts: record("{ crashes: ..., ... }", true),
      mailbox: record("{ letters: ..., ... }", true),
      stopMs: setting(0),
    },
  }),
  "ActorSystem#spawn": [
    ...wrongArgument("ActorSystem.spawn", "name", NAME, (name) => system().spawn(name, NONE)),
    ...wrongOptions({
      where: "ActorSystem.spawn",
      call: (options) => system().spawn("a", NONE, options),
      options: {
        args: kind("plain data", () => true),
        restart: words("permanent", "transient", "temporary"),
        heapMiB: whole(16, 65_536),
      },
    }),
  ],
  "ActorSystem#actor": wrongArgument("ActorSystem.actor", "name", SOME_ACTOR, (name) =>
    system().actor(name),
  ),
  "ActorRef#ask": wrongOptions({
    where: "ActorRef.ask",
    call: (options) => ref().ask("how are you?", options),
    options: { deadlineMs: PATIENCE },
  }),
  "ActorRef#stop": wrongArgument("ActorRef.stop", "deadlineMs", PATIENCE, (ms) => ref().stop(ms)),
  "ActorSystem#stop": wrongArgument("ActorSystem.stop", "deadlineMs", PATIENCE, (ms) =>
    system().stop(ms),
  ),
};
