// Where the network's 28×28 picture lies on the pad: preprocessing in reverse.

const BLUR = 0.5; // picture pixels: resizing mixes a pixel with half of its neighbours

export class Projection {
  /** The stages of preprocessing, of a drawing with a pixel for each unit of the pad. */
  constructor({ box: [left, top, right, bottom], scaled, offset }) {
    this.offset = offset;
    this.pixel = [(right - left) / scaled.width, (bottom - top) / scaled.height];
    this.origin = [left, top];
  }

  /** A point of the picture, in pixels, as a point of the pad, in pad units. */
  point(x, y) {
    return [
      this.origin[0] + (x - this.offset[0]) * this.pixel[0],
      this.origin[1] + (y - this.offset[1]) * this.pixel[1],
    ];
  }

  /** All of the pad that can influence a region of the picture, in pad units. */
  region({ left, top, right, bottom }) {
    const [x0, y0] = this.point(left - BLUR, top - BLUR);
    const [x1, y1] = this.point(right + BLUR, bottom + BLUR);
    return { left: x0, top: y0, right: x1, bottom: y1 };
  }
}
