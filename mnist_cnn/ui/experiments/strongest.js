// The strongest number of a feature map: what most chapters point at.
import { regionOf } from "../reader/layers.js";
import { largestAt } from "./course.js";
import { channelRows, levels } from "./rows.js";

/**
 * The largest number of a layer, with its channel and the pixels it sees.
 * @param map {shape: [rows, columns, channels], values} of a reading
 * @param layer of the network, for its `field`
 * @returns {{cell: number[], value: number, map: number[][], region: number[]}} cell: row, column,
 *   channel; map: its channel as levels, of which its own largest is 255; region: left, top, right,
 *   bottom in pixels, the last two just outside
 */
export function strongest(map, { field }) {
  const [, columns, channels] = map.shape;
  const at = largestAt(map.values);
  const place = Math.floor(at / channels);
  const cell = [Math.floor(place / columns), place % columns, at % channels];
  const { left, top, right, bottom } = regionOf(field, cell[0], cell[1]);
  return {
    cell,
    value: map.values[at],
    map: levels(channelRows(map, cell[2])),
    region: [left, top, right, bottom],
  };
}
