// How much each pixel moves what a network says, on the way from one picture to another:
// backpropagation, layer by layer to the picture, with the mean slope of each layer on that way.
//
// A ReLU has the slope 0 or 1, and the largest of a window is one number or another; between two
// pictures they may change. Taken as the mean over a straight way, slopes times changes add up
// exactly to the change of what the network says (the rescale rule of Shrikumar, Greenside and
// Kundaje, Learning Important Features Through Propagating Activation Differences, 2017). Between a
// picture and itself they are the gradient.
import * as layers from "../reader/layers.js";

const { windows } = layers;
const WINDOW = { size: [1, 1], stride: [1, 1], padding: "valid" };

export class Slopes {
  /** @param {Network} network of the page's reader */
  constructor(network) {
    let before = network.input;
    this.passes = network.layers.map((layer) => {
      const arrays = network.weights.get(layer.name) ?? [];
      const known = { ...WINDOW, ...layer, before, arrays };
      before = layer.shape;
      return {
        sums: layers[layer.kind]({ ...known, activation: "linear" }),
        back: BACK[layer.kind](known),
        rectified: layer.activation === "relu",
      };
    });
  }

  /**
   * What all layers make of a picture, 0 to 1: [{sums, values}] from the picture on, sums before the
   * activation. A softmax is left out: the last sums are the logits.
   */
  read(picture) {
    const found = [{ sums: picture, values: picture }];
    for (const { sums, rectified } of this.passes) {
      const made = sums(found.at(-1).values);
      const values = rectified ? made.map((sum) => Math.max(0, sum)) : made;
      found.push({ sums: made, values });
    }
    return found;
  }

  /**
   * @param from what `read` found of one picture
   * @param to what it found of another
   * @param {Float64Array} wanted how much each logit counts
   * @returns {Float64Array} the mean slope of that sum of logits by each pixel
   */
  between(from, to, wanted) {
    return this.passes.reduceRight((slopes, { back, rectified }, i) => {
      const behind = rectified ? throughRelu(slopes, from[i + 1].sums, to[i + 1].sums) : slopes;
      return back(behind, from[i].values, to[i].values);
    }, wanted);
  }
}

/** Of a ReLU: the share of the way on which it is on. */
function throughRelu(slopes, from, to) {
  return slopes.map((slope, i) => {
    const low = Math.min(from[i], to[i]);
    const high = Math.max(from[i], to[i]);
    if (high <= 0) return 0;
    return low >= 0 ? slope : (slope * high) / (high - low);
  });
}

/** Every number moves all windows that it is in. */
function convolution({ before, shape, size, stride, padding, arrays: [kernel] }) {
  const [height, width, channels] = before;
  const [rows, columns, filters] = shape;
  const [tall, wide] = size;
  const down = windows(height, tall, stride[0], padding);
  const right = windows(width, wide, stride[1], padding);
  const weights = filtersFirst(kernel, channels, filters);

  return (slopes) => {
    const found = new Float64Array(height * width * channels);
    let at = 0;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let filter = 0; filter < filters; filter++, at++) {
          if (slopes[at] !== 0) scatter(found, slopes[at], filter, down[row], right[column]);
        }
      }
    }
    return found;
  };

  function scatter(found, slope, filter, top, left) {
    for (let i = Math.max(0, -top); i < tall && top + i < height; i++) {
      for (let j = Math.max(0, -left); j < wide && left + j < width; j++) {
        const to = ((top + i) * width + left + j) * channels;
        const from = ((i * wide + j) * filters + filter) * channels;
        for (let c = 0; c < channels; c++) found[to + c] += slope * weights[from + c];
      }
    }
  }
}

/** A kernel [rows, columns, channels, filters] as [rows, columns, filters, channels]. */
function filtersFirst(kernel, channels, filters) {
  const found = new Float64Array(kernel.length);
  for (let at = 0, place = 0; at < kernel.length; place += channels * filters) {
    for (let channel = 0; channel < channels; channel++) {
      for (let filter = 0; filter < filters; filter++, at++) {
        found[place + filter * channels + channel] = kernel[at];
      }
    }
  }
  return found;
}

/** The largest of a window is moved by the number that has it: from half of the way, maybe another. */
const maxPooling = (layer) =>
  pooling(layer, (found, slope, cells, from, to) => {
    const [first, last] = [largest(cells, from), largest(cells, to)];
    const ahead = from[first] - from[last];
    const behind = to[last] - to[first];
    const share = first === last ? 1 : ahead / (ahead + behind); // of the way, until they are equal
    found[first] += slope * share;
    found[last] += slope * (1 - share);
  });

/** The place of the largest number; of equals, the first. */
function largest(cells, values) {
  let winner = cells[0];
  for (const cell of cells) if (values[cell] > values[winner]) winner = cell;
  return winner;
}

/** The mean of a window is moved by each number alike. */
const averagePooling = (layer) =>
  pooling(layer, (found, slope, cells) => {
    for (const cell of cells) found[cell] += slope / cells.length;
  });

function pooling({ before, size, stride, padding }, share) {
  const [height, width, channels] = before;
  const down = windows(height, size[0], stride[0], padding);
  const right = windows(width, size[1], stride[1], padding);

  return (slopes, from, to) => {
    const found = new Float64Array(height * width * channels);
    let at = 0;
    for (const top of down) {
      for (const left of right) {
        for (let channel = 0; channel < channels; channel++, at++) {
          if (slopes[at] === 0) continue;
          const cells = [];
          for (let y = Math.max(0, top); y < Math.min(height, top + size[0]); y++) {
            for (let x = Math.max(0, left); x < Math.min(width, left + size[1]); x++) {
              cells.push((y * width + x) * channels + channel);
            }
          }
          share(found, slopes[at], cells, from, to);
        }
      }
    }
    return found;
  };
}

const flatten = () => (slopes) => slopes;

function dense({ shape: [units], arrays: [kernel] }) {
  return (slopes, { length }) => {
    const found = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let unit = 0; unit < units; unit++) sum += slopes[unit] * kernel[i * units + unit];
      found[i] = sum;
    }
    return found;
  };
}

const BACK = {
  Conv2D: convolution,
  MaxPooling2D: maxPooling,
  AveragePooling2D: averagePooling,
  Flatten: flatten,
  Dense: dense,
};
