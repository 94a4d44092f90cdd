// Follows runs on the server: asks what has happened since, again and again, until they are over.
import { ask } from "../transport/asking.js";
import { isRefusal, pause } from "../transport/pause.js";

const INTERVAL = 120; // milliseconds at least from one question to the next
const RETRY = 1000; // milliseconds after one without an answer

/**
 * @param run as the server lists it, with its History: both are kept up to date
 * @param news called when they have been
 * @param trouble called with the error when there is no answer, and with null when there is again
 */
export class Following {
  constructor(run, news, trouble) {
    this.run = run;
    this.#follow(news, trouble);
  }

  async #follow(news, trouble) {
    const { id, history } = this.run;
    while (true) {
      const started = performance.now();
      try {
        const query = { after: history.latest, place: this.run.place };
        // Timers of a hidden page may stand still for a minute: the server waits instead.
        if (document.hidden) query.calm = 1;
        const { events, ...described } = await ask(`trainings/${id}`, { query });
        trouble(null);
        history.add(events);
        Object.assign(this.run, described);
        news();
        if (history.end && history.latest >= described.sequence) return;
      } catch (error) {
        trouble(error);
        if (isRefusal(error)) return;
        await pause(RETRY);
      }
      await pause(Math.max(0, started + INTERVAL - performance.now()));
    }
  }
}
