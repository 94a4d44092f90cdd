// The Train page: choose, train, watch, compare, use.
import { text, translate, onLanguage } from "../locales/language.js";
import { ask, steer as steerRun } from "../transport/asking.js";
import { listen, onTheme } from "../transport/events.js";
import { insist } from "../transport/pause.js";
import { createChoices } from "./choices.js";
import { createComparison } from "./comparison.js";
import { bindFiles } from "./files.js";
import { createReading } from "./reading.js";
import { createResults } from "./results.js";
import { createRunView } from "./runview.js";
import { Runs, isOver } from "./runs.js";
import { sentenceOf } from "./refusals.js";
import { createTable } from "./table.js";

export async function mount(element) {
  translate(element);
  // {choices, shipped, formats, runs, uploads}, from mnist_cnn/ui/training.py.
  fill(element, await insist(() => ask("trainings")));
}

function fill(element, props) {
  const part = (name) => element.querySelector(`.${name}`);
  const form = element.querySelector("form");
  const showLayers = createTable(part("layers").querySelector("table"));
  const reading = createReading();
  const results = createResults(part("results"));
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
  const files = bindFiles(part("compare"), { say, brought: (upload) => runs.bring(upload) });
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

  function showPlan() {
    part("start").disabled = !plan;
    part("plan").textContent = plan
      ? text("planned", {
          steps: plan.steps.toLocaleString("en"),
          digits: plan.seen.toLocaleString("en"),
          epochs: plan.options.epochs,
        })
      : "";
  }

  async function start() {
    part("start").disabled = true;
    try {
      const run = await ask("trainings", { method: "POST", body: JSON.stringify(choices.values()) });
      choices.refuse(null);
      runs.add(run);
      choose(false);
    } catch (error) {
      choices.refuse(error);
    }
    part("start").disabled = !plan;
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
      reading.show(run);
      part("compare").hidden = Boolean(run) && !isOver(run) && runs.count < 2;
      comparison.show({ rows: runs.rows(props), chosen: run?.id ?? null, ...reading.rows });
    });
  }

  translate(element); // with what has been added
  onLanguage(() => {
    showPlan();
    show();
  });
  onTheme(show);
  new ResizeObserver(show).observe(part("curves"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  listen("view", ({ name }) => {
    reading.open(name === "train");
    show();
  });
  listen("network", show);
  listen("choices", () => choose(true));
  runs.adopt(props);
  choose(!runs.chosen);
}
