// The pad in any app of Gradio: DigitPad in digit_pad.py. Its value is the ink as levels.js encodes it,
// "" for an empty pad.
import { closest, fill } from "../../locales/template.js";
import { createEditor } from "./editor.js";
import { decodeLevels, encodeLevels, markOfLevels } from "./levels.js";

/**
 * @param element holds pad.html
 * @param props of gr.HTML: value; words, for each language by its tag; language, a tag, or null for
 *   the browser's
 * @param watch of gr.HTML: has a function called when Python has set a prop
 */
export function mount(element, props, watch) {
  const root = element.querySelector(".pad");
  for (const part of root.querySelectorAll(".open, .file, .notice")) part.remove(); // the page's only
  const wanted = [props.language, ...navigator.languages];
  const words = props.words[closest(wanted, Object.keys(props.words))];
  const text = (key) => words[key];
  fill(root, text);
  const help = root.querySelector(".keys");
  help.id = `${element.id}-keys`; // there may be several pads
  root.querySelector("canvas").setAttribute("aria-describedby", help.id);
  root.tabIndex = -1; // keys are for the pad that was drawn on last
  root.style.outline = "none";

  const pad = createEditor(root, {
    text,
    keys: root,
    instead: () => null,
    on: {
      leave: () => false,
      changed: send,
      drawn() {},
      pen(down) {
        if (!root.contains(document.activeElement)) root.focus({ preventScroll: true });
        if (!down) send();
      },
    },
  });

  function send() {
    const { pixels } = pad.surface.ink;
    props.value = pixels.some(Boolean) ? encodeLevels(pixels) : "";
  }

  const receive = () => pad.put(props.value ? [markOfLevels(decodeLevels(props.value))] : []);
  watch("value", receive);
  if (props.value) receive();
}
