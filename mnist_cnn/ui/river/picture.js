// The picture that the network reads, ink as ink, and the outlines over it.

const SIDE = 28; // pixels

export function createPicture() {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const over = document.createElement("span");
  over.className = "over";
  const context = canvas.getContext("2d");
  return {
    canvas,
    over,
    /** colors: see colors.js */
    paint(answer, { ink }) {
      context.clearRect(0, 0, SIDE, SIDE);
      if (answer.empty) return;
      const [red, green, blue] = ink.match(/\d+/g).map(Number);
      const image = context.createImageData(SIDE, SIDE);
      answer.image.forEach((level, i) => image.data.set([red, green, blue, level], 4 * i));
      context.putImageData(image, 0, 0);
    },
    /** [row, column] of the pixel that is clicked; by keyboard, of the darkest. */
    pixelUnder(event, { image }) {
      if (event.detail === 0) {
        const darkest = image.indexOf(image.reduce((most, level) => Math.max(most, level), 0));
        return [Math.floor(darkest / SIDE), darkest % SIDE];
      }
      const box = canvas.getBoundingClientRect();
      return [
        placeOf((event.clientY - box.top) / box.height),
        placeOf((event.clientX - box.left) / box.width),
      ];
    },
  };
}

const placeOf = (share) => Math.min(SIDE - 1, Math.max(0, Math.floor(share * SIDE)));
