import type { StateMachine } from "@kontiki/actors";

export default (): StateMachine<number, number> => {
  let total = 0;
  return {
    apply: (step) => (total += step),
    snapshot: () => total,
    restore: (snapshot) => void (total = snapshot as number),
  };
};
