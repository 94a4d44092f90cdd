// A run in words: what it is doing, how far it is, how well it reads.
import { text } from "../locales/language.js";
import { inPercent } from "../answer/words.js";
import { trend } from "./curves.js";
import { RECIPES, nameOf } from "./fields.js";

const LATELY = 20; // events whose mean is shown
const HALF = 4; // events back, one counts half in it

const STATES = {
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
  data: "failedData",
  diverged: "failedDiverged",
  error: "failedError",
};

/** The sentence about the state of a run. */
export function stateOf({ state, place, failure, history }) {
  if (failure) return text(FAILURES[failure] ?? "failedError");
  if (state === "queued") return text("stateQueued", { place });
  const loading = state === "starting" && LOADING[history?.starting];
  return loading ? text(loading) : text(STATES[state]);
}

/** What is said once about the data, when it is not what was asked for. */
export function noteOf({ options, history: { prepared } }) {
  if (!prepared) return "";
  const notes = [];
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
    [text("readValidation"), validated ? inPercent(validated.accuracy) : "–"],
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

/** The recipe, by its name. */
export const choicesName = ({ recipe }) => text(RECIPES[recipe]?.label ?? recipe);
