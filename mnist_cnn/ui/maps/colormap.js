// Viridis (van der Walt and Smith, 2015): even in lightness, safe for colour-blind people.

const ANCHORS = [
  [68, 1, 84], [72, 40, 120], [62, 74, 137], [49, 104, 142], [38, 130, 142],
  [31, 158, 137], [53, 183, 121], [110, 206, 88], [181, 222, 43], [253, 231, 37],
];

/** 256 colours as opaque little-endian RGBA, ready for an ImageData seen as 32-bit numbers. */
export const COLORS = Uint32Array.from({ length: 256 }, (_, level) => {
  const at = (level / 255) * (ANCHORS.length - 1);
  const low = Math.min(Math.floor(at), ANCHORS.length - 2);
  const [red, green, blue] = ANCHORS[low].map((value, i) =>
    Math.round(value + (at - low) * (ANCHORS[low + 1][i] - value)),
  );
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
});

export const gradient = () =>
  `linear-gradient(to right, ${ANCHORS.map((color) => `rgb(${color})`).join(", ")})`;
