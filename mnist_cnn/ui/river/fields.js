// Outlines, on the 28×28 picture, the pixels that can influence the number that is looked at.
import { listen } from "../transport/events.js";

const IMAGE_SIZE = 28;

/** over: the element that lies over the picture */
export function outlinePixels(over) {
  for (const how of ["select", "point"]) {
    const outline = document.createElement("i");
    outline.className = `outline ${how}`;
    outline.hidden = true;
    over.append(outline);
    listen(how, (place) => {
      outline.hidden = !place;
      if (place) lay(outline.style, place.region);
    });
  }
}

function lay(style, { left, top, right, bottom }) {
  Object.assign(style, { left: share(left), top: share(top) });
  Object.assign(style, { width: share(right - left), height: share(bottom - top) });
}

const share = (pixels) => `${(pixels / IMAGE_SIZE) * 100}%`;
