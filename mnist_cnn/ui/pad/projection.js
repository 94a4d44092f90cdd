// Where the network's 28×28 picture lies on the pad: the way preprocessing came, walked back.

const BLUR = 0.5; // picture pixels: resizing mixes a pixel with half of its neighbours

export class Projection {
  /** What the server answered, and the frame it answered to. */
  constructor({ box, scaled, offset }, { left, top, scale }) {
    const [boxLeft, boxTop, boxRight, boxBottom] = box;
    this.offset = offset;
    this.pixel = [(boxRight - boxLeft) / scaled[0] / scale, (boxBottom - boxTop) / scaled[1] / scale];
    this.origin = [left + boxLeft / scale, top + boxTop / scale];
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
