// A filter slides over the drawing and writes its map: watch it, hold it, write its nine numbers.
import { Sliding } from "../pictures/sliding/sliding.js";

export const defaults = { kernel: "left_edge", bias: "0", relu: "1" };
export const cards = {
  window: { show, enter: enter("one") },
  slide: { show, enter: enter("empty"), setUp: { ...defaults }, play: (stage) => pictures.get(stage).run() },
  kernel: { show, enter: enter("kernel") },
  relu: { show, enter: enterRelu, setUp: { relu: "1" }, byHand: true },
  question: { show, enter: enter("secret") },
};

const pictures = new WeakMap(); // Stage: its Sliding

function show(stage) {
  const picture = new Sliding(stage);
  pictures.set(stage, picture);
  picture.open();
  stage.onClose(() => picture.player.stop());
  stage.picture("sliding", (found) => picture.show(found));
}

/** What happens when a card comes up, see `enter` of Sliding. */
function enter(scene) {
  return (stage) => {
    const picture = pictures.get(stage);
    const wasRelu = picture.scene === "relu";
    picture.enter(scene);
    if (wasRelu) stage.set({ relu: defaults.relu });
  };
}

/** First what is below zero is seen, which ReLU then cuts off. */
function enterRelu(stage) {
  pictures.get(stage).enter("relu");
  stage.set({ relu: "0" });
}
