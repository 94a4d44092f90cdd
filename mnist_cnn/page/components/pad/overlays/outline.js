// Outlines, on the drawing itself, what can influence the number that is looked at.
import { cover, make } from "../../../dom/elements.js";
import { follow, valueOf } from "../../../state/events.js";
import { PAD_SIZE } from "../drawing.js";
import { Projection } from "./projection.js";

/** paper: the element the drawing fills; the outlines lie over it */
export function createOutlines(paper) {
  for (const how of ["select", "point"]) {
    const outline = make("i", { className: `outline ${how}` });
    paper.append(outline);
    follow([how, "answer"], () => {
      const place = valueOf(how);
      const { answer } = valueOf("answer");
      outline.hidden = !place || Boolean(answer.empty);
      if (!outline.hidden) cover(outline, onPad(new Projection(answer).region(place.region)), PAD_SIZE);
    });
  }
}

/** The part of a region that is on the pad. */
const onPad = (region) =>
  Object.fromEntries(
    Object.entries(region).map(([side, at]) => [side, Math.min(PAD_SIZE, Math.max(0, at))]),
  );
