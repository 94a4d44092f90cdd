// What one can do with the drawing as a whole: ask why, pass it on, save it, have it checked.
import { translate } from "../locales/language.js";
import { served } from "../transport/contents.js";
import { bindCheck } from "./check.js";
import { bindLink } from "./link.js";
import { Notice } from "./notice.js";
import { bindSave } from "./save.js";
import { bindWhy } from "./why.js";

/** props.layers: the layers of the network, as telling.py lists them */
export function mount(element, props) {
  const notice = new Notice(element.querySelector(".notice"));
  if (!served()) element.querySelector(".promise").dataset.text = "promiseKept";
  translate(element);
  bindWhy(element);
  bindCheck(element);
  bindLink(element, (...words) => notice.say(...words));
  bindSave(element, props.layers, (sentence) => notice.say(sentence));
}
