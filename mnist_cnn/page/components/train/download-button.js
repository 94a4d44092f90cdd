// A button that opens a list of formats to download a network in.
import { button, make } from "../../dom/elements.js";
import { text } from "../../locales/language.js";

const NAMES = { ".keras": "Keras", ".onnx": "ONNX", ".tflite": "LiteRT" };

/**
 * @param suffixes those the server can write, as exchange_formats.py has them
 * @param download called with the suffix that is chosen
 */
export function downloadButton(suffixes, download) {
  const summary = make("summary", "", text("downloadNetwork"));
  const choose = (suffix) => {
    summary.parentElement.open = false;
    summary.focus();
    download(suffix);
  };
  const choices = suffixes.map((suffix) => {
    return button("", () => choose(suffix), `${NAMES[suffix]} (${suffix})`);
  });
  return make("details", "download", summary, ...choices);
}
