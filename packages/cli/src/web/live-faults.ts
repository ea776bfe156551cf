import type { FaultInForce } from "@kontiki/testing";
import { faultText } from "../render/fault-text.ts";
import type { SessionFaults } from "../session/context.ts";
import type { FaultMark, NodeChange } from "../view/recording.ts";
import type { LiveRecorder } from "./live-recorder.ts";

/** Tells a recording which faults begin and end in a running cluster, and which links they cut. */
export class LiveFaults {
  readonly #faults: SessionFaults;
  readonly #recorder: LiveRecorder;
  readonly #known = new Map<number, FaultInForce>();
  #cuts = "";
  #isLooking = false;

  constructor(faults: SessionFaults, recorder: LiveRecorder) {
    this.#faults = faults;
    this.#recorder = recorder;
  }

  /** Tells everything again: for a recording that begins now. */
  forget(): void {
    this.#known.clear();
    this.#cuts = "";
  }

  /** Compares what is in force with what was told. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const [inForce, cuts] = await Promise.all([this.#faults.inForce(), this.#faults.cuts()]);
      for (const fault of inForce) if (!this.#known.has(fault.id)) this.#tell(fault, "began", cuts);
      for (const fault of this.#known.values())
        if (!inForce.some(({ id }) => id === fault.id)) this.#tell(fault, "ended", cuts);
      // A fault that was over at once may still have changed the links.
      if (cuts.join() !== this.#cuts)
        this.#recorder.add({ type: "phase", node: "", text: "links change", quiet: true, cuts });
      this.#cuts = cuts.join();
    } catch {
      // No leader decides yet which nodes vote: there is no fault either.
    } finally {
      this.#isLooking = false;
    }
  }

  #tell(inForce: FaultInForce, phase: "began" | "ended", cuts: readonly string[]): void {
    const { id, fault, nodes } = inForce;
    if (phase === "began") this.#known.set(id, inForce);
    else this.#known.delete(id);
    const name = faultText(fault);
    const mark: FaultMark = { id, name, phase, nodes };
    const life = phase === "began" ? "paused" : "up";
    const changes =
      fault.type === "pause"
        ? Object.fromEntries(nodes.map((node): [string, NodeChange] => [node, { life }]))
        : undefined;
    this.#cuts = cuts.join();
    this.#recorder.add({
      type: "fault",
      node: "",
      text: `${id}: ${name} ${phase === "began" ? "begins" : "ends"}`,
      fault: mark,
      cuts,
      ...(changes && { changes }),
    });
  }
}
