/** @type {import("@kontiki/actors/runtime").MakeBehavior<{ buy: number }>} */
export default function shop(self) {
  return {
    receive: ({ buy }) => self.ask("stock", { take: buy }, { deadlineMs: 1000 }).catch(String),
  };
}
