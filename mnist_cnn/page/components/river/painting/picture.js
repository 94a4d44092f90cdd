// The picture that the network reads, as ink, and the outlines over it.
import { cellUnder, make } from "../../../dom/elements.js";
import { canvasOf, imageOf, rgba, rgbOf } from "../../../painting/canvas.js";
import { argmax } from "../../../reader/math.js";
import { IMAGE_SIZE } from "../../../reader/preprocess.js";

export function createPicture() {
  const canvas = canvasOf(IMAGE_SIZE, IMAGE_SIZE);
  const context = canvas.getContext("2d");
  return {
    canvas,
    over: make("span", "over"),
    /** colors: see colors.js */
    paint(answer, { ink }) {
      if (answer.empty) return context.clearRect(0, 0, IMAGE_SIZE, IMAGE_SIZE);
      const color = rgbOf(ink);
      context.putImageData(imageOf(answer.image, IMAGE_SIZE, (level) => rgba(color, level)), 0, 0);
    },
    /** [row, column] of the pixel that was clicked or, by keyboard, of the darkest one. */
    pixelUnder(event, { image }) {
      if (event.detail === 0) {
        const darkest = argmax(image);
        return [Math.floor(darkest / IMAGE_SIZE), darkest % IMAGE_SIZE];
      }
      return cellUnder(event, canvas, IMAGE_SIZE, IMAGE_SIZE);
    },
  };
}
