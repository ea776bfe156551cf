import { test } from "vitest";
import { Chaos } from "./support/chaos.ts";
import { Server } from "./support/server.ts";
const trace: string[] = [];
const orig = Server.prototype.step;
Server.prototype.step = function (this: Server, event: any, network: any) {
  const r = orig.call(this, event, network);
  const b = r.before.state, a2 = r.after.state;
  const m = (s: any) => s.memberships.map((x: any) => `${x.index}:${x.membership.voters.join("")}/${x.membership.outgoing.join("")}/${x.membership.learners.join("")}${JSON.stringify(x.membership.uids)}`).join(" ");
  const logb = r.before.env.log, loga = r.after.env.log;
  trace.push(`${this.config.id}/${this.config.uid} ${event.type}${event.type === "message" ? ` from ${event.from}/${event.fromUid} ${JSON.stringify(event.message).slice(0,260)}` : JSON.stringify(event).slice(0,120)} | t${b.term}->${a2.term} ${b.role.type}->${a2.role.type} vote ${a2.votedFor} log ${logb.lastIndex}->${loga.lastIndex}@${loga.termAt(loga.lastIndex)} c${a2.commit} h${JSON.stringify(a2.horizon)} m[${m(a2)}] d${a2.durable} fx ${r.effects.map((e: any) => e.type + (e.type==="send"?":"+e.to+"."+e.message.type+(e.message.granted??""):"") ).join()}`);
  return r;
} as never;
test("x", () => {
  const chaos = new Chaos(Number(process.env["S"]));
  try { chaos.run(300); chaos.end(); } catch (e) { console.log(String(e)); }
  console.log(trace.slice(-Number(process.env["N"] ?? 100)).join("\n"));
});
