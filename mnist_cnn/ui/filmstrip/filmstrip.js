// The stages of preprocessing, as the network's own input came about.
import { translate } from "../locales/language.js";
import { listen, onTheme } from "../transport/events.js";
import { outlinePixels } from "./fields.js";
import { Stages } from "./stages.js";

export function mount(element) {
  const stage = (name) => element.querySelector(`.${name} canvas`);
  const stages = new Stages({
    drawing: stage("drawing"),
    crop: stage("crop"),
    scaled: stage("scaled"),
    image: stage("image"),
  });
  let colors = themeColors(element);
  let shown = { answer: { empty: true } };
  const paint = () => stages.paint(shown.answer, colors);
  onTheme(() => {
    colors = themeColors(element);
    paint();
  });
  translate(element);
  outlinePixels(element.querySelector(".over"));
  listen("answer", (next) => {
    shown = next;
    paint();
  });
}

function themeColors(element) {
  const style = getComputedStyle(element);
  return {
    ink: style.color.match(/\d+(\.\d+)?/g).slice(0, 3).map(Number),
    accent: style.getPropertyValue("--color-accent") || "royalblue",
  };
}
