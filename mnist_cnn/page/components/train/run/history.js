// The events of a run so far, sorted by kind.

const LAST = ["finished", "stopped", "failed"];

export class History {
  steps = []; // {step, epoch, loss, accuracy, recent_loss, …}, as mnist_cnn/optimization/events.py has them
  validations = [];
  checkpoints = []; // {index, step, epoch, seconds}: snapshots one can go back to
  starting = null; // what is being loaded
  prepared = null;
  end = null;
  latest = 0; // the number of the last event

  /** Take up events in their order, each once. */
  add(events) {
    for (const event of events.filter(({ number }) => number > this.latest)) {
      this.latest = event.number;
      if (event.kind === "step") this.steps.push(event);
      else if (event.kind === "validated") this.validations.push(event);
      else if (event.kind === "kept") this.checkpoints.push(event);
      else if (event.kind === "starting") this.starting = event.what;
      else if (event.kind === "prepared") this.prepared = event;
      else if (LAST.includes(event.kind)) this.end = event;
    }
  }

  get step() {
    return this.steps.at(-1)?.step ?? 0;
  }

  /** The checkpoint closest to a step. */
  closest(step) {
    const distance = (checkpoint) => Math.abs(checkpoint.step - step);
    return this.checkpoints.reduce((best, next) => (distance(next) < distance(best) ? next : best));
  }
}
