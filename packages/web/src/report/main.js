// @ts-check
/** @import { Bar, Data } from "./data.js" */
import { Chart, LANE_HEIGHT, made } from "./chart.js";
import { arrange } from "./data.js";
import { makeOverview } from "./overview.js";
import { timeText } from "./times.js";
import { View } from "./view.js";
import "./style.css";

/** @param {string} id */
function part(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no ${id}`);
  return element;
}

const report = arrange(/** @type {Data} */ (JSON.parse(part("data").textContent ?? "")));
const view = new View(report.from, report.to);
const scroller = part("scroller");
const chart = new Chart(report, view, {
  axis: part("axis"),
  strips: part("strips"),
  bands: part("bands"),
  lanes: part("lanes"),
  labels: part("labels"),
  scroller,
});
const overview = makeOverview(
  report,
  view,
  /** @type {HTMLCanvasElement} */ (part("overview")),
  part("frame"),
);

let isDue = false;
/** Draws once per animation frame, however much has changed. */
function draw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    chart.draw();
    overview.follow();
  });
}

/** Shows the details of an operation. @param {Bar} bar */
function showDetails(bar) {
  const end = bar.status === "open" ? "never" : timeText(bar.end, report.unit, 1e-9);
  const place = bar.isUnplaced
    ? "cannot be placed"
    : bar.number > 0
      ? `number ${bar.number} in the order`
      : "not in the order";
  part("details").replaceChildren(
    made("strong", bar.isUnplaced ? "bad" : "", bar.text),
    made("span", "", `client ${bar.process}`),
    ...(report.objects.length > 1 ? [made("span", "", `object ${bar.object}`)] : []),
    made("span", "", `called ${timeText(bar.call, report.unit, 1e-9)}`),
    made("span", "", `returned ${end}`),
    made("span", "", place),
  );
}

/** Moves an operation into view and shows its details. @param {Bar} bar */
function select(bar) {
  chart.selected = bar.index;
  view.reveal(bar.call, bar.status === "open" ? bar.call : bar.end);
  const top = bar.lane * LANE_HEIGHT;
  if (top < scroller.scrollTop || top + LANE_HEIGHT > scroller.scrollTop + scroller.clientHeight) {
    scroller.scrollTop = top - scroller.clientHeight / 2;
  }
  chart.draw();
  overview.follow();
  chart.focus(bar.index);
  showDetails(bar);
}

/** The operation at an element. @param {EventTarget | null} target */
function barAt(target) {
  const index = target instanceof Element ? target.closest("button")?.dataset["index"] : undefined;
  return index === undefined ? undefined : report.bars[Number(index)];
}

/**
 * The next operation in the direction of an arrow key.
 *
 * @param {Bar} bar
 * @param {string} key
 */
function neighbour(bar, key) {
  const at = bar.lane + (key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0);
  const bars = report.lanes[at]?.bars.filter((other) => chart.isShown(other)) ?? [];
  if (key === "ArrowRight") return bars[bars.indexOf(bar) + 1];
  if (key === "ArrowLeft") return bars[bars.indexOf(bar) - 1];
  return bars.findLast(({ call }) => call <= bar.call) ?? bars[0];
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const bar = barAt(event.target);
  if (bar !== undefined && event.key.startsWith("Arrow")) {
    const next = neighbour(bar, event.key);
    if (next !== undefined) select(next);
  } else if (event.key === "+" || event.key === "=") view.zoom(0.5);
  else if (event.key === "-") view.zoom(2);
  else if (event.key === "0") view.show(view.start, view.end);
  else return;
  event.preventDefault();
}

/** Shows the operation whose return cannot be explained, with about twenty operations around it. */
function showViolation() {
  const bar = report.bars[report.blocked];
  if (bar === undefined) return;
  const density = report.bars.length / (report.to - report.from);
  const half = Math.max((bar.end - bar.call) * 1.5, 12 / density);
  const middle = (bar.call + bar.end) / 2;
  view.show(middle - half, middle + half);
  select(bar);
}

/** @param {WheelEvent} event */
function onWheel(event) {
  if (event.ctrlKey || event.metaKey) {
    const { left } = part("plot").getBoundingClientRect();
    view.zoom(Math.exp(event.deltaY / 300), view.time(event.clientX - left));
  } else if (event.deltaX !== 0) view.pan(event.deltaX / view.width);
  else if (event.shiftKey) view.pan(event.deltaY / view.width);
  else return;
  event.preventDefault();
}

/** Moves the view with the pointer. @param {PointerEvent} event */
function onDrag(event) {
  if (event.buttons === 1 && barAt(event.target) === undefined)
    view.pan(-event.movementX / view.width);
}

function resize() {
  view.width = part("plot").clientWidth;
  overview.paint();
  draw();
}

const choice = /** @type {HTMLSelectElement | null} */ (document.getElementById("object"));

/** Shows the operations of one object, or of all. */
function showObject() {
  const value = choice?.value ?? "";
  chart.object = value === "" ? undefined : report.objects[Number(value)];
  draw();
}

view.onChange = draw;
scroller.addEventListener("scroll", draw);
part("plot").addEventListener("wheel", onWheel, { passive: false });
part("lanes").addEventListener("pointermove", onDrag);
part("chart").addEventListener("keydown", onKey);
for (const type of ["pointerover", "focusin"]) {
  part("lanes").addEventListener(type, ({ target }) => {
    const bar = barAt(target);
    if (bar !== undefined) showDetails(bar);
  });
}
part("lanes").addEventListener("click", ({ target }) => {
  const bar = barAt(target);
  if (bar === undefined) return;
  if (target instanceof Element && target.classList.contains("several")) view.zoom(0.2, bar.call);
  else select(bar);
});
part("zoom-in").addEventListener("click", () => view.zoom(0.5));
part("zoom-out").addEventListener("click", () => view.zoom(2));
part("zoom-all").addEventListener("click", () => view.show(view.start, view.end));
document.getElementById("violation")?.addEventListener("click", showViolation);
choice?.addEventListener("change", showObject);
for (const link of document.querySelectorAll("[data-operation]")) {
  link.addEventListener("click", () => {
    const bar = report.bars[Number(link.getAttribute("data-operation"))];
    if (bar !== undefined) select(bar);
  });
}
globalThis.addEventListener("resize", resize);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => overview.paint());
showObject();
resize();
if (report.bars.length > 150) showViolation();
