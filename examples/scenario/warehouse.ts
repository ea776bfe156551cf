import { CommandError, type StateMachine } from "@kontiki/actors";

type Command = {
  readonly type: "deliver" | "order";
  readonly items: number;
};

/** Counts items. An order that cannot be filled is refused, so that there are never fewer than none. */
export default (): StateMachine<Command, number> => {
  let stock = 0;
  return {
    apply({ type, items }) {
      const next = type === "deliver" ? stock + items : stock - items;
      if (next < 0) throw new CommandError(`only ${stock} are left`);
      stock = next;
      return stock;
    },
    snapshot: () => stock,
    restore: (snapshot) => void (stock = snapshot as number),
  };
};
