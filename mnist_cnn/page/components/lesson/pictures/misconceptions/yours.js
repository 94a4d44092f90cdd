// What the network has learned from, to scale, and what of it is one's own.
import { button, make } from "../../../../dom/elements.js";
import { text } from "../../../../locales/language.js";
import { whole } from "../../../../locales/numbers.js";
import { served } from "../../../../transport/contents.js";
import { showView } from "../../../header/views.js";
import { isPlayed } from "../played.js";

const TRAIN = "train"; // the view where one trains

export function show(stage) {
  const list = make("dl", "origins");
  const door = button("primary", () => showView(TRAIN), text("lessonTrainYours"));
  door.hidden = !served();
  stage.element.append(list, make("div", "choice", door));
  stage.picture("learned", ({ digits, drawings }) => {
    const isShown = isPlayed(stage);
    const origins = [["lessonFromMnist", digits], ["lessonFromPens", drawings], ["lessonFromYou", 0]];
    list.replaceChildren(
      ...origins.flatMap(([key, count], i) =>
        origin(text(key), i < 2 || isShown ? count : null, digits),
      ),
    );
  });
}

/** count: null if it is not told yet */
function origin(name, count, most) {
  const bar = make("i", "");
  bar.style.width = `${(100 * (count ?? 0)) / most}%`;
  const number = make("b", "", count === null ? "?" : whole(count));
  return [make("dt", "", name), make("dd", count === 0 ? "none" : "", bar, number)];
}
