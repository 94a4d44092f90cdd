// A colour for each stroke, apart for colour-blind eyes and from the blue and orange of signs: of the
// palette of Okabe and Ito (2008), darkened to 3 to 1 on white.

const COLORS = ["#009e73", "#b5538f", "#8a6d00", "#5b3fa8", "#00808c", "#9c3d3d"];

export const strokeColor = (i) => COLORS[i % COLORS.length];
