// What has been computed in which order, once a drawing: when the pen goes up, a pulse runs from the
// picture to the digits. As it passes, each map melts into its pooled twin, four cells into one, and
// the last ones slide into one line.

const DURATION = 600; // milliseconds
const BAND = 70; // CSS pixels
const GLOW = 0.22;

export class Pulse {
  #context;
  #running = null;

  constructor(canvas) {
    this.canvas = canvas;
    this.#context = canvas.getContext("2d");
  }

  /** @param {Painter} painter has just painted what is computed */
  run(painter, colors) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const { canvas } = painter;
    Object.assign(this.canvas, { width: canvas.width, height: canvas.height });
    const started = performance.now();
    const mine = (this.#running = {});
    const step = () => {
      if (mine !== this.#running) return;
      const share = (performance.now() - started) / DURATION;
      if (share >= 1) return this.stop();
      this.#paint(painter, colors, share);
      requestAnimationFrame(step);
    };
    step();
  }

  stop() {
    if (!this.#running) return;
    this.#running = null;
    this.#clear();
  }

  #clear() {
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
    this.#context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  #paint(painter, colors, share) {
    const context = this.#context;
    this.#clear();
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.imageSmoothingEnabled = false;
    const steps = painter.columns.length;
    painter.columns.forEach((column, i) => {
      if (!column.twin) return;
      const passed = share * steps - i; // from 0 to 1 while the pulse is at this column
      if (passed < 1) this.#melt(painter, i, Math.max(0, passed), colors);
    });
    this.#glow(painter, colors, share);
  }

  /** The map on its way into its twin. */
  #melt(painter, i, passed, colors) {
    const context = this.#context;
    const { own } = painter.atlases[i];
    const isFlatten = painter.columns[i].twin.kind === "Flatten";
    painter.twinsOf(i).forEach(({ map, twin, slot }) => {
      context.fillStyle = colors.paper;
      context.fillRect(twin.left, twin.top, twin.width, twin.height);
      if (passed === 0) return;
      if (isFlatten) slide(context, own, slot, map, twin, passed);
      else own.draw(context, slot, between(map, twin, passed));
    });
  }

  #glow({ width, height, geometry }, { adds }, share) {
    const context = this.#context;
    const isAcross = geometry.flow === "across";
    const at = share * (isAcross ? width : height);
    const ends = isAcross ? [at - BAND, 0, at, 0] : [0, at - BAND, 0, at];
    const gradient = context.createLinearGradient(...ends);
    gradient.addColorStop(0, "transparent");
    gradient.addColorStop(1, adds);
    context.globalAlpha = GLOW;
    context.fillStyle = gradient;
    context.fillRect(...(isAcross ? [at - BAND, 0, BAND, height] : [0, at - BAND, width, BAND]));
    context.globalAlpha = 1;
  }
}

/** Every number of a map on its way to its place in the line. */
function slide(context, atlas, slot, map, line, passed) {
  const { rows, columns } = atlas;
  const [wide, high] = [map.width / columns, map.height / rows];
  const step = line.height / (rows * columns);
  for (let cell = 0; cell < rows * columns; cell++) {
    const row = Math.floor(cell / columns);
    const column = cell % columns;
    const [left, top] = [map.left + column * wide, map.top + row * high];
    const from = { left, top, width: wide, height: high };
    const to = { left: line.left, top: line.top + cell * step, width: line.width, height: step };
    atlas.drawCell(context, slot, row, column, between(from, to, passed));
  }
}

/** A box between two others; the sides it has are `from`'s. */
function between(from, to, share) {
  const sides = Object.entries(from);
  return Object.fromEntries(sides.map(([side, at]) => [side, at + share * (to[side] - at)]));
}
