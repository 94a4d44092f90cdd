// Networks as files: downloaded with their card, and brought back.
import { text } from "../../locales/language.js";
import { ask, call } from "../../transport/http.js";
import { download } from "../../transport/download.js";
import { sentenceOf } from "../../locales/refusals.js";

/**
 * @param element holds .open, the button, and the input of files
 * @param say called with a sentence
 * @param brought called with the upload, as the server describes it
 * @returns {keep(row, suffix)}, which downloads the network of a row of the comparison
 */
export function createFiles(element, { say, brought }) {
  const input = element.querySelector("input[type=file]");

  async function open(file) {
    say(text("opening", { name: file.name }));
    try {
      const upload = await ask("file", { method: "POST", body: file, query: { name: file.name } });
      say(text("opened", { name: upload.name }));
      brought(upload);
    } catch (error) {
      say(sentenceOf(error));
    }
  }

  async function keep(row, suffix) {
    const name = `${stemOf(row)}${suffix}`;
    say(text("making", { name }));
    try {
      const query = { network: row.reference, format: suffix.slice(1) };
      const response = await call("file", { query });
      download(await response.blob(), name);
      say(text("saved", { name }));
    } catch (error) {
      say(sentenceOf(error));
    }
  }

  element.querySelector(".open").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files[0]) open(input.files[0]);
    input.value = ""; // the same file may be chosen again
  });
  return { keep };
}

/** What the file of a row's network is called, without its suffix. */
function stemOf({ run, upload }) {
  if (upload) return upload.name.replace(/\.[^.]*$/, "");
  return run ? `mnist_cnn-${run.options.recipe}-${run.options.downsampling}` : "mnist_cnn";
}
