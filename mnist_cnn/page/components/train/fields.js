// The options of a training: their names on the server, and the keys of their texts.
import { textOr } from "../../locales/language.js";

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

/** The name of a recipe; one without a text is called as in its card. */
export const recipeName = (recipe) => textOr(`recipe ${recipe}`, recipe);

/** What a recipe is good for, in a line. */
export const recipeHint = (recipe) => textOr(`recipeHint ${recipe}`, "");

/** Another recipe brings its own values of these. */
export const OF_RECIPE = ["data", "epochs", "batch_size", "optimizer", "learning_rate"];

/** A value as people say it. */
export const nameOf = (value) => textOr(`value ${value}`, String(value ?? "–"));
