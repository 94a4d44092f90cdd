// How long a training takes on the server's computer, and the process that is ready for it: a trial tells.
import { follow } from "../../state/events.js";
import { write } from "../../dom/elements.js";
import { ask } from "../../transport/http.js";
import { text } from "../../locales/language.js";

const TRIAL_INTERVAL = 1000; // milliseconds until a trial that is under way is asked for again
const READY_INTERVAL = 120_000; // milliseconds: the server's process ends five minutes after the last time
const COARSE = 10; // seconds from which they are told in fives
const MINUTES = 90; // seconds from which they are told in minutes

/**
 * @param element says how long it takes
 * @param check asks the server for the plan again
 */
export function createForecast(element, check) {
  let plan = null;
  let open = false; // whether the choices are on the screen
  let timer = null;
  let keeping = null; // the interval in which the server's process is asked for again

  function say() {
    write(element, plan ? words(plan) : "");
  }

  function askAgain() {
    clearTimeout(timer);
    if (open && plan?.tried) timer = setTimeout(check, TRIAL_INTERVAL);
  }

  async function getReady() {
    if (document.hidden) return;
    // Without it the training begins later, and says then what is wrong.
    await ask("trainings", { method: "PUT" }).catch(() => {});
    if (open && !plan?.seconds) check();
  }

  follow([], say);
  document.addEventListener("visibilitychange", () => {
    if (open) getReady();
  });
  return {
    /** Say how long a plan takes; null: there is none. */
    show(next) {
      plan = next;
      say();
      askAgain();
    },
    /** Whether somebody may be about to begin: then the server makes a process ready. */
    open(next) {
      const opens = next && !open;
      open = next;
      if (opens) {
        getReady();
        keeping = setInterval(getReady, READY_INTERVAL);
      } else if (!open) clearInterval(keeping);
      askAgain();
    },
  };
}

function words({ seconds, tried }) {
  if (seconds === null) return tried ? text("takesTrial") : "";
  if (seconds >= MINUTES) return text("takesMinutes", { count: Math.round(seconds / 60) });
  const step = seconds >= COARSE ? 5 : 1;
  return text("takesSeconds", { count: Math.max(1, step * Math.round(seconds / step)) });
}
