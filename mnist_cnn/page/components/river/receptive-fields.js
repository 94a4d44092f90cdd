// Outlines, on the 28×28 picture, the pixels that can influence the number that is looked at.
import { cover, make } from "../../dom/elements.js";
import { IMAGE_SIZE } from "../../reader/preprocess.js";
import { listen } from "../../state/events.js";

/** over: the element that lies over the picture */
export function createPixelOutlines(over) {
  for (const how of ["select", "point"]) {
    const outline = make("i", { className: `outline ${how}`, hidden: true });
    over.append(outline);
    listen(how, (place) => {
      outline.hidden = !place;
      if (place) cover(outline, place.region, IMAGE_SIZE);
    });
  }
}
