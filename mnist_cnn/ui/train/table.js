// The layers of the network that is about to be trained: their output and their parameters.
import { text, onLanguage } from "../locales/language.js";

/** Returns a function that shows layers, as the server lists them; null: nothing yet. */
export function createTable(table) {
  let shown = [];

  function write() {
    const rows = shown.map(({ name, shape, parameters }) =>
      row("td", name, shape.join("×"), parameters.toLocaleString("en")),
    );
    const head = row("th", text("tableLayer"), text("tableShape"), text("tableParameters"));
    const total = shown.reduce((sum, { parameters }) => sum + parameters, 0);
    const foot = row("th", text("tableTotal"), "", total.toLocaleString("en"));
    table.replaceChildren(part("thead", head), part("tbody", ...rows), part("tfoot", foot));
  }

  onLanguage(write);
  return (layers) => {
    shown = layers;
    write();
  };
}

function row(tag, ...words) {
  const line = document.createElement("tr");
  line.append(
    ...words.map((content) => {
      const cell = document.createElement(tag);
      cell.textContent = content;
      return cell;
    }),
  );
  return line;
}

function part(tag, ...rows) {
  const element = document.createElement(tag);
  element.append(...rows);
  return element;
}
