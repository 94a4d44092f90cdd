// Paints the river on one canvas: ribbons first, then the maps of every column's slots.
import { withSign } from "../../../locales/numbers.js";
import { Atlas } from "../../../painting/atlas.js";
import { largest } from "../../../painting/map.js";
import { paintRibbons, scaleOf } from "./ribbon-painter.js";

const FADED = 0.2; // what does not belong to the tile that is held
export const FADING = 150; // milliseconds from one channel of a slot to the next
const MUTED = 0.25;

export class Painter {
  #context;

  constructor(canvas) {
    this.canvas = canvas;
    this.#context = canvas.getContext("2d");
  }

  /**
   * @param geometry see geometry.js
   * @param columns from columnsOf
   * @param {{x, y}[]} digits where the digits' ribbons end
   */
  fit(geometry, columns, digits, { width, height }) {
    Object.assign(this, { geometry, columns, digits, width, height });
    const ratio = devicePixelRatio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.atlases = columns.map((column, i) => atlasesOf(column, geometry.columns[i].slots.length));
  }

  /**
   * @param scene {gaps, slots, digit, layers, brought, strongest, colors, lit, held, isMuted,
   *   letters, numbers, changes, now}; gaps: the ribbons before every column but the first, and before the digits; slots: the
   *   channels of every column; lit: null, or what belongs to the tile that is held or to a spotlight, see Scene;
   *   changes: when which slot had another channel, see fading.js
   */
  paint(scene) {
    const context = this.#context;
    const ratio = devicePixelRatio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!scene) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#paintGaps(scene);
    context.imageSmoothingEnabled = false;
    this.columns.forEach((column, i) => {
      if (column.kind === "maps") this.#paintMaps(scene, i);
      else if (column.kind === "units") this.#paintUnits(scene, i);
    });
  }

  #paintGaps(scene) {
    const { gaps, colors } = scene;
    const { side, flow } = this.geometry;
    const isTile = (gap, end, slot) => {
      const column = end === "from" ? gap : gap + 1;
      return column > 0 && column < this.columns.length && slot < scene.slots[column].length;
    };
    const scale = scaleOf(gaps, side, isTile);
    this.#context.lineCap = "butt";
    gaps.forEach((ribbons, gap) => {
      const { length } = scene.slots[gap];
      const after = scene.slots[gap + 1]?.length ?? this.digits.length;
      const looks = (ribbon) => {
        if (scene.lit && !scene.lit.ribbon(gap, ribbon)) return "faded";
        const isOther = gap === gaps.length - 1 && ribbon.to !== scene.digit;
        return isOther || ribbon.from === length || ribbon.to === after ? "pale" : "strong";
      };
      const from = (slot) => this.#end(gap, slot, "from");
      const to = (slot) => this.#end(gap + 1, slot, "to");
      paintRibbons(this.#context, ribbons, from, to, scale, flow, looks, colors);
    });
  }

  /** Where ribbons leave a slot of a column, or arrive at it. */
  #end(column, slot, end) {
    if (column === this.columns.length) return this.digits[Math.min(slot, this.digits.length - 1)];
    const { slots, twins, rest } = this.geometry.columns[column];
    const isLeaving = end === "from";
    const { left, top, width, height } = slots[slot] ?? rest;
    if (this.geometry.flow === "down") {
      return { x: left + width / 2, y: Math.max(0, top + (isLeaving ? height : 0)) };
    }
    const { twin } = this.columns[column];
    const last = twin && slots[slot] ? this.#twinBox(twin, twins[slot]) : { left, width };
    return { x: isLeaving ? last.left + last.width : left, y: top + height / 2 };
  }

  #paintMaps(scene, i) {
    const { layer, twin } = this.columns[i];
    const { slots: boxes, twins } = this.geometry.columns[i];
    const slots = scene.slots[i];
    const own = this.#filled(scene, i, layer, "own", slots);
    const small = twin && this.#filled(scene, i, twin, "twin", slots);
    const shares = scene.changes.of(i, scene.now, FADING);
    slots.forEach((channel, slot) => {
      const draw = (atlas, box, which) => {
        const alpha = this.#alpha(scene, i, slot, channel, which);
        this.#framed(atlas, slot, box, scene.colors, alpha, shares[slot]);
      };
      draw(own, boxes[slot], "tile");
      if (small) draw(small, this.#twinBox(twin, twins[slot]), scene.lit?.twin ? "twin" : "tile");
      if (channel !== null) this.#mark(scene, i, slot, channel, boxes[slot]);
    });
  }

  /** Where the maps of a column and their twins stand: {map, twin, slot}. */
  twinsOf(i) {
    const { slots, twins } = this.geometry.columns[i];
    const { twin } = this.columns[i];
    return slots.map((map, slot) => ({ map, twin: this.#twinBox(twin, twins[slot]), slot }));
  }

  /** A flatten is one line of the numbers of its map. */
  #twinBox(twin, box) {
    if (twin.kind !== "Flatten") return box;
    const { left, top, width, height } = box;
    return { left, top: top - height / 2, width: Math.round(width / 4), height: 2 * height };
  }

  #filled(scene, i, layer, which, slots) {
    const { values, shape, signed } = scene.layers.get(layer.name);
    const channels = layer.kind === "Flatten" ? this.columns[i].layer.shape[2] : shape.at(-1);
    const most = scene.strongest(layer.name, values, channels);
    const atlas = this.atlases[i][which];
    atlas.fill(values, channels, slots, most, scene.colors.scale.levels(signed));
    return atlas;
  }

  #alpha(scene, column, slot, channel, which = "tile") {
    const fades = scene.lit && !scene.lit[which](column, slot);
    const mutes = channel !== null && scene.isMuted(this.columns[column].layer.name, channel);
    return fades ? FADED : mutes ? MUTED : 1;
  }

  /** A map in its frame; `share`: how far it has come in, from 0 to 1. */
  #framed(atlas, slot, box, colors, alpha, share) {
    const { left, top, width, height } = box;
    const context = this.#context;
    if (alpha * share < 1) {
      context.fillStyle = colors.paper;
      context.fillRect(left, top, width, height);
    }
    context.globalAlpha = alpha * share;
    atlas.draw(context, slot, box);
    context.globalAlpha = alpha;
    context.strokeStyle = colors.line;
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
    context.globalAlpha = 1;
  }

  #mark(scene, column, slot, channel, box) {
    const context = this.#context;
    const { name } = this.columns[column].layer;
    if (scene.isMuted(name, channel)) this.#cross(box, scene.colors);
    if (scene.held?.column === column && scene.held.slot === slot) this.#outline(box, scene.colors);
    if (!scene.numbers && !(scene.held && scene.lit.tile(column, slot))) return;
    const value = scene.brought[column][channel];
    context.font = scene.letters;
    context.textAlign = "right";
    context.textBaseline = "top";
    context.fillStyle = value < 0 ? scene.colors.takesText : scene.colors.addsText;
    context.fillText(withSign(value), box.left + box.width, box.top + box.height + 1);
  }

  #ring(color) {
    this.#context.strokeStyle = color;
    this.#context.lineWidth = 2;
    this.#context.stroke();
  }

  #outline({ left, top, width, height }, colors) {
    this.#context.strokeStyle = colors.accent;
    this.#context.lineWidth = 3;
    this.#context.strokeRect(left - 2, top - 2, width + 4, height + 4);
  }

  #cross({ left, top, width, height }, colors) {
    const context = this.#context;
    context.strokeStyle = colors.ink;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(left, top);
    context.lineTo(left + width, top + height);
    context.stroke();
  }

  /** Units are discs: their area is the activation, a ring where it is below 0, their colour what they speak. */
  #paintUnits(scene, i) {
    const context = this.#context;
    const { layer } = this.columns[i];
    const { values } = scene.layers.get(layer.name);
    const most = largest(values);
    scene.slots[i].forEach((unit, slot) => {
      if (unit === null) return;
      const { left, top, width, height } = this.geometry.columns[i].slots[slot];
      const radius = (width / 2) * Math.max(0.25, Math.sqrt(Math.abs(values[unit]) / most));
      const color = scene.brought[i][unit] < 0 ? scene.colors.takes : scene.colors.adds;
      context.globalAlpha = this.#alpha(scene, i, slot, unit);
      context.beginPath();
      context.arc(left + width / 2, top + height / 2, radius, 0, 2 * Math.PI);
      context.fillStyle = values[unit] < 0 ? scene.colors.paper : color;
      context.fill();
      if (values[unit] < 0) this.#ring(color);
      context.globalAlpha = 1;
      this.#mark(scene, i, slot, unit, { left, top, width, height });
    });
  }
}

function atlasesOf({ kind, layer, twin }, count) {
  if (kind !== "maps") return null;
  const [rows, columns] = layer.shape;
  const own = new Atlas([rows, columns], count);
  if (!twin) return { own };
  const size = twin.kind === "Flatten" ? [rows * columns, 1] : twin.shape.slice(0, 2);
  return { own, twin: new Atlas(size, count) };
}
