// Outlines, on the drawing itself, what can influence the number that is looked at.
import { listen } from "../transport/events.js";
import { PAD_SIZE } from "./drawing.js";
import { Projection } from "./projection.js";

/** paper: the element the drawing fills; the outlines lie over it */
export function outlineFields(paper) {
  const places = { select: null, point: null };
  const outlines = Object.fromEntries(Object.keys(places).map((how) => [how, create(paper, how)]));
  let projection = null;

  function lay(how) {
    const outline = outlines[how];
    outline.hidden = !places[how] || !projection;
    if (!outline.hidden) place(outline, projection.region(places[how].region));
  }

  for (const how of Object.keys(places)) {
    listen(how, (next) => {
      places[how] = next;
      lay(how);
    });
  }
  listen("answer", ({ answer }) => {
    projection = answer.empty ? null : new Projection(answer);
    for (const how of Object.keys(places)) if (places[how]) lay(how);
  });
}

function create(paper, how) {
  const outline = document.createElement("i");
  outline.className = `outline ${how}`;
  outline.hidden = true;
  paper.append(outline);
  return outline;
}

function place({ style }, { left, top, right, bottom }) {
  style.left = percent(inside(left));
  style.top = percent(inside(top));
  style.width = percent(inside(right) - inside(left));
  style.height = percent(inside(bottom) - inside(top));
}

const inside = (value) => Math.min(PAD_SIZE, Math.max(0, value));

const percent = (value) => `${(value / PAD_SIZE) * 100}%`;
