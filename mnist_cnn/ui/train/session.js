// The trainings' side of the server, and what it refuses in the page's language.
import { text } from "../locales/language.js";
import { call as callRoute } from "../transport/asking.js";
import { FIELDS } from "./fields.js";

const SENTENCES = {
  "option whole": "refusedWhole",
  "option number": "refusedNumber",
  "option choice": "refusedChoice",
  "option batch": "refusedBatch",
  "run closing": "refusedClosing",
  "run waiting": "refusedWaiting",
  "run address": "refusedAddress",
  "run gone": "refusedGone",
  "run untested": "refusedUntested",
  "run over": "refusedOver",
  "run queued": "refusedQueued",
  "run disk": "refusedDisk",
  "file damaged": "refusedDamaged",
  "file notKeras": "refusedNotKeras",
  "file weightsAlone": "refusedWeightsAlone",
  "file ownClass": "refusedOwnClass",
  "file nested": "refusedNested",
  "file branches": "refusedBranches",
  "file layerKind": "refusedLayerKind",
  "file layerSetting": "refusedLayerSetting",
  "file fileTooLarge": "refusedFileTooLarge",
  "file tooHeavy": "refusedTooHeavy",
  "file tooManyLayers": "refusedTooManyLayers",
  "file severalOutputs": "refusedSeveralOutputs",
  "file notFloat32": "refusedNotFloat32",
  "file needsFlatten": "refusedNeedsFlatten",
  "file needsMaps": "refusedNeedsMaps",
  "file reshaped": "refusedReshaped",
  "file zerosAlone": "refusedZerosAlone",
  "file softmaxInside": "refusedSoftmaxInside",
  "file tooManyNumbers": "refusedTooManyNumbers",
  "file input": "refusedInput",
  "file ending": "refusedEnding",
  "file tooLarge": "refusedTooLarge",
  "file tooSlow": "refusedTooSlow",
  networkGone: "networkGone",
  networkOther: "networkOther",
};

/** Ask a route below train/; see transport/asking.js. */
export const call = (path, options) => callRoute(`train/${path}`, options);

export const ask = async (path, options) => (await call(path, options)).json();

/** What went wrong, in the page's language. */
export function sentenceOf({ refused, key, values }) {
  const known = SENTENCES[key];
  if (!known) return refused ?? text("unreachable");
  const field = FIELDS.find(({ name }) => name === values.name);
  return text(known, field ? { ...values, field: text(field.label) } : values);
}

/** The same with a body; returns the answer's object. */
export const post = (path, body, query) => ask(path, { method: "POST", body, query });
