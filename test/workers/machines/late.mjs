// A machine that is async against the rules, and fails late.
export default () => ({
  apply: async (command) => {
    if (command === "bad") throw new Error("late");
  },
  snapshot: () => null,
  restore: () => {},
});
