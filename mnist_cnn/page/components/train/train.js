// The Train page: choose, train, watch, compare, use.
import { partsOf } from "../../dom/elements.js";
import { text, translate } from "../../locales/language.js";
import { ask, steer as steerRun } from "../../transport/http.js";
import { retry } from "../../transport/retry.js";
import { onTheme } from "../../dom/theme.js";
import { listen, valueOf } from "../../state/events.js";
import { createChoices } from "./choices.js";
import { createComparison } from "./results/comparison.js";
import { createFiles } from "./files.js";
import { createForecast } from "./forecast.js";
import { createLive } from "./live/live.js";
import { createNetworkChoice } from "./network-choice.js";
import { createResults } from "./results/results.js";
import { createRunView } from "./run/run-view.js";
import { Runs, isOver } from "./run/runs.js";
import { isHeld } from "./run/status.js";
import { sentenceOf } from "../../locales/refusals.js";
import { createLayerTable } from "./layer-table.js";

export async function mount(element) {
  translate(element);
  // {choices, shipped, formats, runs, uploads}, from mnist_cnn/server/routes/trainings.py.
  fill(element, await retry(() => ask("trainings")));
}

function fill(element, props) {
  const part = partsOf(element);
  const form = element.querySelector("form");
  const showLayers = createLayerTable(part("layers").querySelector("table"));
  const reading = createNetworkChoice();
  const results = createResults(part("results"), props.choices);
  const live = createLive(part("live"));
  const say = (words) => (part("said").textContent = words);
  const runs = new Runs(show, {
    trouble: (error) => runView.trouble(error && sentenceOf(error)),
    gone: (error) => say(sentenceOf(error)),
  });
  const runView = createRunView(part("run"), {
    steer: (verb) => steer(runs.chosen, verb),
    look: (checkpoint) => reading.look(checkpoint),
    again: () => choose(true),
  });
  const files = createFiles(part("compare"), { say, brought: (upload) => runs.bring(upload) });
  const comparison = createComparison(part("comparison"), props.formats, {
    show: ({ id }) => {
      runs.choose(id);
      part("run").scrollIntoView({ block: "nearest" });
    },
    use: (row) => reading.use(row),
    keep: (row, suffix) => files.keep(row, suffix),
  });
  let plan = null;
  let painting = false;

  const choices = createChoices(form, props.choices, (next) => {
    plan = next;
    if (plan) showLayers(plan.layers);
    showPlan();
  });
  const forecast = createForecast(part("forecast"), choices.check);

  function showPlan() {
    const held = isHeld();
    part("start").disabled = !plan || held;
    part("plan").textContent = held ? text("waitsForTeacher") : plan ? planned(plan) : "";
    forecast.show(held ? null : plan);
  }

  async function start() {
    part("start").disabled = true;
    try {
      const run = await ask("trainings", { method: "POST", body: JSON.stringify(choices.values()) });
      choices.refuse(null);
      reading.begin(run);
      runs.add(run);
      choose(false);
    } catch (error) {
      choices.refuse(error);
    }
    showPlan();
  }

  async function steer(run, verb) {
    try {
      runs.describe(await steerRun(run.id, verb));
    } catch (error) {
      runView.trouble(sentenceOf(error));
    }
  }

  /** Show the choices, or the run that was chosen instead. */
  function choose(open) {
    part("choose").hidden = !open && Boolean(runs.chosen);
    forecast.open(isOpen() && !part("choose").hidden);
    show();
  }

  function show() {
    if (painting) return;
    painting = true;
    requestAnimationFrame(() => {
      painting = false;
      const run = runs.chosen;
      if (!run) part("choose").hidden = false;
      runView.show(run, !part("choose").hidden);
      results.show(run);
      live.show(run);
      reading.show(run);
      part("compare").hidden = Boolean(run) && !isOver(run) && runs.count < 2;
      comparison.show({ rows: runs.rows(props), chosen: run?.id ?? null, ...reading.rows });
    });
  }

  translate(element); // with what has been added
  listen("language", showPlan);
  onTheme(show);
  new ResizeObserver(show).observe(part("curves"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  listen("view", () => {
    reading.open(isOpen());
    forecast.open(isOpen() && !part("choose").hidden);
    show();
  });
  listen("rules", () => {
    showPlan();
    show();
  });
  listen("network", show);
  listen("choices", () => choose(true));
  runs.adopt(props);
  choose(!runs.chosen);
}

/** The work in a sentence; of some recipes an epoch is a part of the digits. */
function planned({ steps, seen, options: { epochs, digits } }) {
  const values = { steps: figure(steps), digits: figure(seen), epochs, all: figure(digits) };
  return text(seen < digits ? "plannedPart" : "planned", values);
}

const figure = (number) => number.toLocaleString("en");
const isOpen = () => valueOf("view").name === "train";
