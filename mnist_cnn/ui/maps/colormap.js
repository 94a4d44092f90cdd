// The colours of numbers. Both scales are even in lightness and safe for colour-blind people.

// Viridis (van der Walt and Smith, 2015), for what starts at 0.
const ANCHORS = [
  [68, 1, 84], [72, 40, 120], [62, 74, 137], [49, 104, 142], [38, 130, 142],
  [31, 158, 137], [53, 183, 121], [110, 206, 88], [181, 222, 43], [253, 231, 37],
];

// For what has a sign: blue adds, orange takes away.
const ADDS = [33, 102, 235];
const TAKES_AWAY = [217, 95, 2];

/** 256 colours as opaque little-endian RGBA, ready for an ImageData seen as 32-bit numbers. */
export const COLORS = Uint32Array.from({ length: 256 }, (_, level) => {
  const [red, green, blue] = viridis(level / 255);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
});

export const gradient = () =>
  `linear-gradient(to right, ${ANCHORS.map((color) => `rgb(${color})`).join(", ")})`;

/** Background and text of a number from 0 to 1, for CSS. */
export function shade(share) {
  const color = viridis(Math.min(1, Math.max(0, share)));
  return { background: `rgb(${color})`, color: share > 0.44 ? "black" : "white" };
}

/** Background of a number from -1 to 1, for CSS: the page shows through what is near 0. */
export function signedShade(share) {
  return { background: `rgb(${signedColor(share)} / ${Math.min(1, Math.abs(share)) * 0.7})` };
}

export const signedColor = (share) => (share < 0 ? TAKES_AWAY : ADDS).join(" ");

/** The same as a little-endian RGBA number, the sign as colour and the size as opacity. */
export function signedPixel(share) {
  const [red, green, blue] = share < 0 ? TAKES_AWAY : ADDS;
  const alpha = Math.round(Math.min(1, Math.abs(share)) * 255);
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function viridis(share) {
  const at = share * (ANCHORS.length - 1);
  const low = Math.min(Math.floor(at), ANCHORS.length - 2);
  return ANCHORS[low].map((value, i) =>
    Math.round(value + (at - low) * (ANCHORS[low + 1][i] - value)),
  );
}
