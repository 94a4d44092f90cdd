// What to do with the whole drawing: ask why, share a link, save it, check it with TensorFlow.
import { translate } from "../../locales/language.js";
import { served } from "../../transport/contents.js";
import { createCheck } from "./check.js";
import { createCopyLink } from "./link.js";
import { Notice } from "./notice.js";
import { createSaveMenu } from "./save.js";
import { createWhy } from "./why.js";

export function mount(element) {
  const notice = new Notice(element.querySelector(".notice"));
  if (!served()) element.querySelector(".promise").dataset.text = "promiseKept";
  translate(element);
  createWhy(element);
  createCheck(element);
  createCopyLink(element, (...words) => notice.say(...words));
  createSaveMenu(element, (sentence) => notice.say(sentence));
}
