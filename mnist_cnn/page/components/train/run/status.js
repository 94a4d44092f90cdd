// A run in words: what it is doing, how far it is, how well it reads.
import { valueOf } from "../../../state/events.js";
import { text } from "../../../locales/language.js";
import { inPercent } from "../../../locales/numbers.js";
import { trend } from "./curves.js";
import { nameOf } from "../fields.js";

const LATELY = 20; // events whose mean is shown
const HALF = 4; // events back, one counts half in it

const STATES = {
  queued: "stateQueued", // {place}
  starting: "stateStarting",
  training: "stateTraining",
  paused: "statePaused",
  evaluating: "stateEvaluating",
  done: "stateDone",
  stopped: "stateStopped",
};
const LOADING = {
  tensorflow: "loadingTensorflow",
  mnist: "loadingMnist",
  generated: "loadingGenerated",
  pens: "loadingPens",
  drawings: "loadingDrawings",
};
const FAILURES = {
  memory: "failedMemory",
  disk: "failedDisk",
  system: "failedSystem",
  killed: "failedKilled",
  hung: "failedHung",
  data: "failedData",
  diverged: "failedDiverged",
  error: "failedError",
};

const CUTS = { gone: "cutGone", time: "cutTime", others: "cutOthers", pause: "cutPause" };

/** Whether the teacher has paused everybody's trainings. */
export const isHeld = () => valueOf("rules")?.training === false;

/** The key of the sentence about the state of a run. */
export function stateKey({ state, failure, history }) {
  if (failure) return FAILURES[failure] ?? "failedError";
  if (isHeld() && (state === "queued" || state === "paused")) return "waitsForTeacher";
  return (state === "starting" && LOADING[history?.starting]) || STATES[state];
}

/** The sentence about the state of a run. */
export const stateOf = (run) => text(stateKey(run), run);

/** What is said once: why it was stopped, and about the data, when it is not what was asked for. */
export function noteOf({ options, state, cut, history: { prepared } }) {
  const notes = state === "stopped" && cut ? [text(CUTS[cut])] : [];
  if (!prepared) return notes.join(" ");
  if (prepared.generated && options.data !== "generated") notes.push(text("noteGenerated"));
  if (options.data === "mnist+pens" && !prepared.drawings) notes.push(text("notePens"));
  if (prepared.held_out_from === "test") notes.push(text("noteHeldOut"));
  return notes.join(" ");
}

const count = (number) => number.toLocaleString("en");
const of = (done, all) => text("doneOf", { done: count(done), all: count(all) });

/** [[label, value]] of where a run is, or where it ended. */
export function readout({ history: { prepared, steps, validations }, options }, isOver) {
  const latest = steps.at(-1);
  const recent = (name) => steps.slice(-LATELY).map((event, i) => [i, event[name]]);
  const lately = (name) => trend(recent(name), HALF).at(-1)[1];
  const validated = validations.at(-1);
  return [
    [text("readEpoch"), of(latest?.epoch ?? 0, prepared?.epochs ?? options.epochs)],
    [text("readStep"), prepared ? of(latest?.step ?? 0, prepared.steps) : "–"],
    [text("readLoss"), latest ? lately("recent_loss").toPrecision(3) : "–"],
    [text("readAccuracy"), latest ? inPercent(lately("recent_accuracy")) : "–"],
    [text(validated?.step === 0 ? "readBefore" : "readValidation"), validated ? inPercent(validated.accuracy) : "–"],
    [text("readSpeed"), latest ? count(Math.round(latest.digits_per_second)) : "–"],
    isOver
      ? [text("readTook"), latest ? duration(latest.seconds) : "–"]
      : [text("readLeft"), latest ? duration(latest.seconds_left) : "–"],
  ];
}

/** Seconds as people say them. */
export function duration(seconds) {
  if (seconds < 99.5) return text("seconds", { count: Math.round(seconds) });
  const minutes = Math.floor(seconds / 60);
  const rest = String(Math.floor(seconds % 60)).padStart(2, "0");
  return text("minutes", { minutes, rest });
}

const DIGITS = { mnist: "digitsMnist", generated: "digitsGenerated", "mnist+pens": "digitsPens" };

/** So many epochs. */
export const epochsOf = (epochs) =>
  text(epochs === 1 ? "epochsOne" : "epochsMany", { count: epochs });

/** The choices in one line. */
export function choicesOf(options) {
  return text("choicesLine", {
    digits: text(DIGITS[options.data], { count: count(options.digits) }),
    epochs: epochsOf(options.epochs),
    batch: options.batch_size,
    optimizer: nameOf(options.optimizer),
    rate: options.learning_rate,
    downsampling: nameOf(options.downsampling),
    seed: options.seed,
  });
}
