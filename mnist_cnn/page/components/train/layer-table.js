// The layers of the network that is about to be trained: their output and their parameters.
import { listen } from "../../state/events.js";
import { make, tableRow } from "../../dom/elements.js";
import { text } from "../../locales/language.js";

/** Returns a function that shows layers, as the server lists them; null: nothing yet. */
export function createLayerTable(table) {
  let shown = [];

  function write() {
    const rows = shown.map(({ name, shape, parameters }) =>
      tableRow("td", name, shape.join("×"), parameters.toLocaleString("en")),
    );
    const head = tableRow("th", text("tableLayer"), text("tableShape"), text("tableParameters"));
    const total = shown.reduce((sum, { parameters }) => sum + parameters, 0);
    const foot = tableRow("th", text("tableTotal"), "", total.toLocaleString("en"));
    table.replaceChildren(make("thead", "", head), make("tbody", "", ...rows), make("tfoot", "", foot));
  }

  listen("language", write);
  return (layers) => {
    shown = layers;
    write();
  };
}
