// What the charts on canvases share.

/** The canvas's context, cleared; its units are CSS pixels. */
export function clearChart(canvas) {
  const ratio = devicePixelRatio;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  // Only if it has changed: setting the size allocates new memory.
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.scale(ratio, ratio);
  return context;
}

/** A line through [[x, y]], which functions `x` and `y` turn into CSS pixels. */
export function paintLine(context, { x, y }, points, color, { width = 1, alpha = 1, dash = [] }) {
  context.globalAlpha = alpha;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.beginPath();
  for (const [across, up] of points) context.lineTo(x(across), y(up));
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** A vertical line, one CSS pixel wide. */
export function paintVertical(context, x, top, bottom, color, alpha) {
  context.globalAlpha = alpha;
  context.fillStyle = color;
  context.fillRect(x - 0.5, top, 1, bottom - top);
  context.globalAlpha = 1;
}
