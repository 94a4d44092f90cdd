// All channels of a convolution, each with the part of the drawing that excites it most.
import { text } from "../../locales/language.js";
import { make } from "../../lens/elements.js";
import { decimal } from "../numbers.js";
import { inkPlate, levelPlate, signedPlate } from "../plates.js";

export const defaults = { layer: "conv1" };
export const setUp = { layer: "conv1" };

const LAYERS = ["conv1", "conv2", "conv3"];

export function create(stage) {
  const choice = make("div", "choice");
  const cards = make("div", "cards");
  choice.role = "group";
  choice.setAttribute("aria-label", text("lessonLayer"));
  choice.append(
    ...LAYERS.map((name) => {
      const button = make("button", "", name);
      button.type = "button";
      button.addEventListener("click", () => stage.set({ layer: name }));
      return button;
    }),
  );
  stage.element.append(choice, make("p", "hint", text("lessonChannelHint")), cards);
  stage.picture("channels", ({ layer, channels }) => {
    [...choice.children].forEach((button) =>
      button.setAttribute("aria-pressed", String(button.textContent === layer)),
    );
    cards.replaceChildren(...channels.map((channel, i) => card(stage, layer, channel, i)));
  });
}

function card(stage, layer, { maximum, map, cell, patch, kernel }, channel) {
  const plates = [levelPlate(map), inkPlate(patch), ...(kernel ? [signedPlate(kernel)] : [])];
  const button = make("button", "card", make("b", "", String(channel)), ...plates);
  button.type = "button";
  button.title = text("lessonChannelTitle", { channel, maximum: decimal(maximum, 3) });
  button.classList.toggle("off", maximum === 0);
  button.addEventListener("click", () => stage.about.select(layer, cell));
  return button;
}
