// What may be chosen about a training: the field's name on the server, and the keys of its texts.
import { text } from "../locales/language.js";

export const FIELDS = [
  { name: "data", label: "fieldData", hint: "hintData" },
  { name: "digits", label: "fieldDigits", hint: "hintDigits" },
  { name: "epochs", label: "fieldEpochs", hint: "hintEpochs" },
  { name: "batch_size", label: "fieldBatch", hint: "hintBatch" },
  { name: "optimizer", label: "fieldOptimizer", hint: "hintOptimizer" },
  { name: "learning_rate", label: "fieldRate", hint: "hintRate" },
  { name: "downsampling", label: "fieldDownsampling", hint: "hintDownsampling" },
  { name: "seed", label: "fieldSeed", hint: "hintSeed" },
];

export const RECIPES = {
  lesson: { label: "recipeLesson", hint: "recipeLessonHint" },
  fast: { label: "recipeFast", hint: "recipeFastHint" },
  best: { label: "recipeBest", hint: "recipeBestHint" },
  correction: { label: "recipeCorrection" }, // not to be chosen: see correction/
};

/** Another recipe brings its own values of these. */
export const OF_RECIPE = ["data", "epochs", "batch_size", "optimizer", "learning_rate"];

/** The names of values; those that are not here are names already. */
const VALUES = {
  max: "valueMax",
  average: "valueAverage",
  stride: "valueStride",
  none: "valueNone",
  mnist: "valueMnist",
  generated: "valueGenerated",
  "mnist+pens": "valuePens",
  rmsprop: "RMSprop",
  adam: "Adam",
  adamw: "AdamW",
  muon: "Muon",
  sgd: "SGD",
};

/** A value as people say it. */
export const nameOf = (value) => text(VALUES[value] ?? String(value ?? "–"));
