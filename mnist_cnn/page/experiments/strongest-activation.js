// The strongest activation of a layer, with its receptive field, which most chapters point at.
import { regionOf } from "../reader/layers.js";
import { argmax } from "../reader/math.js";
import { channelRows, levels } from "./matrix.js";

/**
 * @param map {shape: [rows, columns, channels], values} of a reading
 * @param layer of the network, with its `field`
 * @returns {{cell: number[], value: number, map: number[][], region: number[]}} cell: row, column,
 *   channel; map: its channel as grey levels, of which the largest is 255; region: left, top, right,
 *   bottom of the receptive field in pixels, right and bottom exclusive
 */
export function strongest(map, { field }) {
  const [, columns, channels] = map.shape;
  const at = argmax(map.values);
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
