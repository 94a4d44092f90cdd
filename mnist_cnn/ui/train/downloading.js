// A button that opens to the formats a network can be downloaded in.
import { text } from "../locales/language.js";

const NAMES = { ".keras": "Keras", ".onnx": "ONNX", ".tflite": "LiteRT" };

/**
 * @param suffixes those the server can write, as exchange_formats.py has them
 * @param download called with the suffix that is chosen
 */
export function downloadButton(suffixes, download) {
  const box = document.createElement("details");
  box.className = "download";
  const summary = document.createElement("summary");
  summary.textContent = text("downloadNetwork");
  const choices = suffixes.map((suffix) => {
    const choice = document.createElement("button");
    Object.assign(choice, { type: "button", textContent: `${NAMES[suffix]} (${suffix})` });
    choice.addEventListener("click", () => {
      box.open = false;
      summary.focus();
      download(suffix);
    });
    return choice;
  });
  box.append(summary, ...choices);
  return box;
}
