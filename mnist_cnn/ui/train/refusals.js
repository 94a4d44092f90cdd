// What the server refuses of trainings and networks, in the page's language.
import { text } from "../locales/language.js";
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

/** What went wrong, in the page's language. */
export function sentenceOf({ refused, key, values }) {
  const known = SENTENCES[key];
  if (!known) return refused ?? text("unreachable");
  const field = FIELDS.find(({ name }) => name === values.name);
  return text(known, field ? { ...values, field: text(field.label) } : values);
}
