// The river's colours as the page has them now.
import { pageScale } from "../../../painting/colormap.js";

export function colorsOf(element) {
  const style = getComputedStyle(element);
  const named = (name) => style.getPropertyValue(name).trim();
  return {
    scale: pageScale(),
    paper: `rgb(${pageScale().color(0)})`,
    ink: style.color,
    line: named("--frame"),
    accent: named("--color-accent"),
    adds: named("--adds"),
    takes: named("--takes"),
    addsText: named("--adds-text"),
    takesText: named("--takes-text"),
  };
}
