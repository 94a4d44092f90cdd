// Loss before and after training, how it falls, and digits that are learned by heart.
import { text } from "../../locales/language.js";
import { showView } from "../../header/views.js";
import { make } from "../../lens/elements.js";
import { emit } from "../../transport/events.js";
import { chart } from "../chart.js";
import { decimal, percent, whole } from "../numbers.js";

export const defaults = { digits: "" }; // all of them

const RECIPE = "lesson";
const TRAIN = "train"; // the view where one trains
const LOSS_STEP = 0.5; // the chart of the loss ends at a multiple of it
let chosen = () => null; // the curve that the stage which is open shows

export function create(stage) {
  const bars = make("div", "plates");
  const choice = make("div", "choice");
  const charts = make("div", "plates");
  let curves = [];
  choice.role = "group";
  choice.setAttribute("aria-label", text("lessonLearnedFrom"));
  stage.element.append(bars, choice, charts);
  chosen = () => curves.find(({ digits }) => String(digits) === stage.state.digits) ?? curves.at(-1);

  function show() {
    const { digits, curve } = chosen();
    choice.replaceChildren(
      ...curves.map((one) =>
        digitsButton(one, one.digits === digits, () => {
          stage.set({ digits: String(one.digits) });
          show();
          choice.querySelector("[aria-pressed=true]").focus();
        }),
      ),
    );
    charts.replaceChildren(lossOf(curve), accuracyOf(digits, curve));
  }

  stage.picture(
    "learning",
    (learning) => {
      curves = learning.curves;
      bars.replaceChildren(
        probabilities(learning.before, learning.digit, "lessonUntrained"),
        probabilities(learning.after, learning.digit, "lessonTrained"),
      );
      show();
    },
    { fixed: true },
  );
}

/** Go where one trains, with what is shown here filled in. */
export function act() {
  const curve = chosen();
  if (curve) emit("choices", { recipe: RECIPE, digits: curve.digits, epochs: lastOf(curve).epoch });
  showView(TRAIN);
}

const lastOf = ({ curve }) => curve.at(-1);

function digitsButton({ digits }, pressed, clicked) {
  const button = make("button", "", text("lessonDigits", { count: whole(digits) }));
  button.type = "button";
  button.setAttribute("aria-pressed", String(pressed));
  button.addEventListener("click", clicked);
  return button;
}

function probabilities({ probabilities: shares, loss }, digit, key) {
  const bars = shares.map((share, i) => {
    const bar = make("i", i === digit ? "bar current" : "bar");
    bar.style.height = `${100 * share}%`;
    bar.title = `${i}: ${percent(share)}`;
    return make("span", "", bar, make("small", "", String(i)));
  });
  const line = text("lessonLoss", { share: percent(shares[digit], 2), loss: decimal(loss, 3), digit });
  const caption = make("figcaption", "", make("b", "", text(key)), make("br", ""), line);
  return make("figure", "chart", make("div", "bars", ...bars), caption);
}

/** Loss, epoch by epoch. */
function lossOf(epochs) {
  const points = epochs.map(({ epoch, training_loss: training, test_loss: test }) => ({
    epoch,
    training,
    test,
  }));
  const largest = Math.max(...points.flatMap(({ training, test }) => [training, test]));
  const most = Math.ceil(largest / LOSS_STEP) * LOSS_STEP;
  const { training, test } = points.at(-1);
  const values = { epochs: points.at(-1).epoch, train: decimal(training, 3), test: decimal(test, 3) };
  return drawn("lossTitle", points, decimal, most, text("lessonLossCurve", values));
}

/** Accuracy, epoch by epoch. */
function accuracyOf(digits, epochs) {
  const points = epochs.map(({ epoch, training_accuracy: training, test_accuracy: test }) => ({
    epoch,
    training,
    test,
  }));
  const { epoch, training, test } = points.at(-1);
  const values = {
    digits: whole(digits),
    epochs: epoch,
    train: percent(training),
    test: percent(test),
  };
  return drawn("accuracyTitle", points, (share) => percent(share, 0), 1, text("lessonCurve", values));
}

function drawn(title, points, write, most, sentence) {
  const picture = chart(points, { name: sentence, axis: text("lessonEpoch"), write }, most);
  const caption = make("figcaption", "", make("b", "", text(title)), ` · ${sentence} `);
  caption.append(
    make("b", "training", text("lessonLearned")),
    " ",
    make("b", "test", text("lessonNeverSeen")),
  );
  return make("figure", "chart", picture, caption);
}
