// The cell that the lens opens for a channel: the one where it is strongest.

/**
 * @param layer {shape, values}: its activations
 * @returns {number[]} [row, column, channel] of a map, [unit] of a vector
 */
export function strongestCell({ shape, values }, channel) {
  if (shape.length === 1) return [channel];
  const [, columns, channels] = shape;
  let best = 0;
  for (let place = 0; place * channels < values.length; place++) {
    const size = (at) => Math.abs(values[at * channels + channel]);
    if (size(place) > size(best)) best = place;
  }
  return [Math.floor(best / columns), best % columns, channel];
}
