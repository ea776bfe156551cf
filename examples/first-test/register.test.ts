import { models, type CommandGenerator, type Specification } from "@kontiki/testing";
import { test } from "@kontiki/testing/vitest";

type Command = { readonly write: number } | "read";

class Register {
  #value: number | null = null;
  apply(command: Command) {
    if (command !== "read") this.#value = command.write;
    return this.#value;
  }
  query(_question: Command) {
    return this.#value;
  }
  snapshot() {
    return this.#value;
  }
  restore(value: unknown) {
    this.#value = value as number | null;
  }
}

const commands: CommandGenerator = (chance) =>
  chance.happens(0.5) ? { command: { write: chance.below(5) } } : { command: "read", read: true };

const specification: Specification = {
  model: models.register,
  callOf(command) {
    const asked = command as Command;
    return asked === "read" ? { f: "read", value: null } : { f: "write", value: asked.write };
  },
};

test.sim("reads are linearizable", {
  machine: () => new Register(),
  commands,
  specification,
  nemesis: "swarm",
  duration: "2s",
  seeds: 3,
});
