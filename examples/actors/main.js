import { ActorSystem } from "@kontiki/actors/runtime";

const system = new ActorSystem();
const stock = await system.spawn("stock", "./stock.js", { args: { apples: 3 } });
const shop = await system.spawn("shop", "./shop.js");
const restarted = new Promise((resolve) =>
  system.events.on("event", (event) => event.type === "started" && resolve(event.actor)),
);
const down = stock.monitor();

console.log(await shop.ask({ buy: 2 })); // 1
console.log(await shop.ask({ buy: 2 })); // AskError: ask of stock: it ended before it answered: only 1 of 3 apples are left
console.log((await down).cause); // only 1 of 3 apples are left
console.log(await restarted, await shop.ask({ buy: 2 })); // stock 1
await system.stop();
