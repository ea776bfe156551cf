/** @type {import("@kontiki/actors/runtime").MakeBehavior<{ take: number }, { apples: number }>} */
export default function stock(_self, { apples }) {
  let left = apples;
  return {
    receive({ take }) {
      if (take > left) throw new Error(`only ${left} of ${apples} apples are left`);
      return (left -= take);
    },
  };
}
