// What forms while a network learns: its answers for one's own drawing beside those of the untrained and
// the shipped network, its first kernels, and a few test digits that it has never seen.
import { follow, listen, valueOf } from "../../../state/events.js";
import { addressOf, fileAt, networkNamed } from "../../../state/network-files.js";
import { onTheme } from "../../../dom/theme.js";
import { partsOf, set, write } from "../../../dom/elements.js";
import { onceAFrame } from "../../../painting/animation-frame.js";
import { inFigures } from "../../../locales/numbers.js";
import { text } from "../../../locales/language.js";
import { convolutionsOf, paintKernel } from "../results/kernels.js";
import { createReaders } from "./readers.js";
import { askSample, createSample } from "./sample.js";

const KERNEL_COLUMNS = 8;

/** element: filled, and hidden while the network of no run is looked at. */
export function createLive(element) {
  const part = partsOf(element);
  const readers = createReaders(part("readers"));
  const sample = createSample(part("sample"));
  let run = null; // that is shown
  let now = null; // what is looked at of it, as `network` of state/events.js
  let untrained = null; // its Networks
  let shipped = null;
  let asked = null; // the run whose test digits, and untrained network, are here or on their way

  function* paint() {
    const seen = now; // a run can be left between two slices
    element.hidden = !seen;
    if (!seen) return;
    showKernels(seen.file);
    const { answer } = valueOf("answer");
    const networks = { untrained, now: seen.file, shipped };
    for (const [name, network] of Object.entries(networks)) {
      readers.show(name, network && !answer.empty ? yield* probabilities(network, answer.image) : null);
    }
    yield* sample.reading(seen.file);
    write(part("knows"), sentenceOf(seen, sample));
  }

  const later = onceAFrame(paint);
  const changed = () => later(performance.now());

  function showKernels(network) {
    const [first] = convolutionsOf(network);
    part("forming").hidden = !first;
    if (!first) return;
    const canvas = paintKernel(first, KERNEL_COLUMNS);
    set(canvas, { role: "img", "aria-label": text("formingKernels", { count: first.outputs }) });
    part("kernel").replaceChildren(canvas);
  }

  /** Ask for what stays the same while a run learns; without it, the rest is still worth seeing. */
  async function prepare() {
    const mine = (asked = run.id);
    [untrained] = [null];
    sample.show([]);
    const found = await Promise.allSettled([
      fileAt(addressOf({ reference: `${mine}.0` })),
      networkNamed("network"),
      askSample(mine),
    ]);
    if (asked !== mine) return;
    const [first, other, digits] = found.map(({ value }) => value ?? null);
    [untrained, shipped] = [first, other];
    sample.show(digits ?? []);
    changed();
  }

  follow([], changed);
  onTheme(changed);
  listen("answer", changed);
  listen("network", () => {
    choose();
    changed();
  });

  function choose() {
    const network = valueOf("network");
    const mine = run && network?.reference.split(".")[0] === run.id;
    now = mine ? network : null;
    if (now && asked !== run.id) prepare();
  }

  return {
    /** Show what a run has learned, if it is looked at; null: nothing. */
    show(next) {
      if (next?.id === run?.id) return;
      run = next;
      choose();
      changed();
    },
  };
}

function* probabilities(network, image) {
  const layers = yield* network.reading(image);
  return layers.get(network.layers.at(-1).name).values;
}

/** What a network knows: nothing before the first step, then how many of the test digits. */
function sentenceOf({ step, file }, { right, count }) {
  const share = 1 / file.layers.at(-1).shape.at(-1);
  if (Number(step) === 0) return text("knowsNothing", { percent: inFigures(share) });
  return count ? text("sampleRight", { right, count }) : "";
}
