/** Faults that one terminal injects into a cluster that another one serves: how long they stay. */
import { KontikiError } from "@kontiki/actors";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { User } from "../support/user.ts";

let user: User;

beforeEach(() => {
  user = new User();
});

describe("faults from another terminal", () => {
  test("stay when exec is done, and end with the cluster", async () => {
    const { cluster, host, status } = await user.serve(["--memory", "--name", "lab", "--serve"]);
    expect(await user.elsewhere(["exec", "lab", "--", "isolate", "n1"])).toMatchObject({
      status: 0,
    });
    expect(cluster.faults.inForce).toMatchObject([{ fault: { type: "partition", node: "n1" } }]);
    expect(await user.elsewhere(["exec", "lab", "--", "faults"])).toMatchObject({
      stdout: "1: partition isolate n1\n",
    });
    host.interrupt("SIGTERM");
    await status;
    expect(cluster.faults.inForce).toEqual([]);
  });

  test("are undone when the one who injected them is gone", async () => {
    const { cluster } = await user.serve(["--memory", "--name", "lab", "--serve"]);
    const [socket] = readdirSync(join(user.state, "kontiki/clusters")).filter((one) =>
      one.endsWith(".sock"),
    );
    const killed = connect(join(user.state, "kontiki/clusters", socket ?? ""));
    killed.write("isolate n1\n");
    await once(killed, "data");
    expect(cluster.faults.inForce).toHaveLength(1);
    const healed = new Promise<void>((resolve) => {
      const healOf = cluster.faults.healOf.bind(cluster.faults);
      cluster.faults.healOf = async (owner) => {
        await healOf(owner);
        if (cluster.faults.inForce.length === 0) resolve();
      };
    });
    killed.destroy();
    await healed;
  });

  test("are undone, and its command is interrupted, when a client that waits is killed", async () => {
    const { cluster } = await user.serve(["--memory", "--name", "lab", "--serve"]);
    cluster.next.push("never");
    const killed = connect(join(user.state, "kontiki/clusters/lab.sock"));
    killed.write("@stays\nisolate n1\nput k v\n");
    await once(killed, "data");
    const healed = new Promise<void>((resolve) => {
      const healOf = cluster.faults.healOf.bind(cluster.faults);
      cluster.faults.healOf = async (owner) => {
        await healOf(owner);
        if (cluster.faults.inForce.length === 0) resolve();
      };
    });
    // As the other end sees it when a process is killed.
    killed.end();
    await healed;
  });

  test("that cannot be injected leave the cluster as it was, also when their client is gone", async () => {
    const { cluster, host, status } = await user.serve(["--memory", "--name", "lab", "--serve"]);
    cluster.openFaults = () => Promise.reject(new KontikiError("nobody leads"));
    const refused = await user.elsewhere(["exec", "lab", "--", "isolate", "n1"]);
    expect(refused).toMatchObject({ status: 1, stderr: "nobody leads\n" });
    expect(await user.elsewhere(["exec", "lab", "--", "faults"])).toMatchObject({ status: 0 });
    host.interrupt("SIGTERM");
    expect(await status).toBe(143);
  });
});
