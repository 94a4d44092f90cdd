// One run, live: its state, its curves, its checkpoints, and what one can do with it.
import { follow } from "../../../state/events.js";
import { partsOf } from "../../../dom/elements.js";
import { createCheckpoints } from "./checkpoints.js";
import { paintCurves, stepAt } from "./curves.js";
import { isOver } from "./runs.js";
import { choicesOf, noteOf, readout, stateOf } from "./status.js";

/**
 * @param element the section that is filled, and hidden while there is no run
 * @param actions {steer(verb), look(checkpoint or null), again()}
 */
export function createRunView(element, { steer, look, again }) {
  const part = partsOf(element);
  const canvases = { loss: part("loss"), accuracy: part("accuracy") };
  let run = null;
  let choosing = true;
  let marked = null; // the step of the checkpoint that is looked at

  const checkpoints = createCheckpoints(part("checkpoints"), (checkpoint) => {
    marked = checkpoint?.step ?? null;
    paint();
    look(checkpoint);
  });

  function show() {
    element.hidden = !run;
    if (!run) return;
    part("state").textContent = stateOf(run);
    part("choices").textContent = choicesOf(run.options);
    part("note").textContent = noteOf(run);
    showButtons();
    showReadout();
    checkpoints.show(run.history);
    paint();
  }

  function showButtons() {
    const { state } = run;
    part("pause").hidden = state !== "training" && state !== "starting";
    part("pause").disabled = state === "starting";
    part("resume").hidden = state !== "paused";
    part("stop").hidden = !["starting", "training", "paused"].includes(state);
    part("leave").hidden = state !== "queued";
    part("again").hidden = choosing;
    part("again").classList.toggle("primary", isOver(run));
  }

  function showReadout() {
    const { history } = run;
    const done = history.prepared ? history.step / history.prepared.steps : 0;
    element.querySelector("progress").value = done;
    const list = part("readout");
    const pairs = readout(run, isOver(run));
    while (list.children.length < pairs.length) {
      list.insertAdjacentHTML("beforeend", "<div><dt></dt><dd></dd></div>");
    }
    pairs.forEach(([label, value], i) => {
      const [term, description] = list.children[i].children;
      term.textContent = label;
      description.textContent = value;
    });
  }

  function paint() {
    if (run && element.getClientRects().length) paintCurves(canvases, run.history, marked);
  }

  /** Say what goes wrong with it; null when nothing does. */
  function trouble(sentence) {
    part("trouble").textContent = sentence ?? "";
  }

  for (const verb of ["pause", "resume", "stop", "leave"]) {
    part(verb).addEventListener("click", () => steer(verb));
  }
  part("again").addEventListener("click", again);
  for (const canvas of Object.values(canvases)) {
    canvas.addEventListener("click", (event) => {
      const box = canvas.getBoundingClientRect();
      checkpoints.seek(stepAt(canvas, event.clientX - box.left, run.history));
    });
  }
  follow([], show);
  return {
    /** Show a run with its history; choosing: the choices for another are on the page too. */
    show(next, choices) {
      if (next !== run) {
        marked = null;
        trouble(null);
      }
      run = next;
      choosing = choices;
      show();
    },
    trouble,
  };
}
