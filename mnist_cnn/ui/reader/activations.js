// What a layer makes of its sums, number by number: Keras' activations by their names, each with its
// derivative. Only softmax, which looks at all sums at once, is not among them.

const SELU = { scale: 1.0507009873554805, slope: 1.6732632423543772 };
const NONNEGATIVE = ["relu", "relu6", "sigmoid", "softplus", "softmax"];

/**
 * @param layer {activation, slope}; slope: of leaky_relu and elu, what numbers below 0 are multiplied
 *   with
 * @returns {{of, slope: (sum: number) => number}} the activation and its derivative; at a kink, the
 *   one from below
 * @throws {RangeError} there is no such activation
 */
export function activationOf({ activation = "linear", slope }) {
  const make = ACTIVATIONS[activation];
  if (!make) throw new RangeError(`The reader knows no activation ${activation}.`);
  return make(slope);
}

/** Whether an activation makes no number below 0. */
export const isNonnegative = (activation) => NONNEGATIVE.includes(activation);

const sigmoid = (sum) => 1 / (1 + Math.exp(-sum));
const positive = (sum) => Math.max(0, sum);

const ACTIVATIONS = {
  linear: () => ({ of: (sum) => sum, slope: () => 1 }),
  relu: () => ({ of: positive, slope: (sum) => (sum > 0 ? 1 : 0) }),
  relu6: () => ({
    of: (sum) => Math.min(6, positive(sum)),
    slope: (sum) => (sum > 0 && sum <= 6 ? 1 : 0),
  }),
  leaky_relu: (below) => ({
    of: (sum) => (sum > 0 ? sum : below * sum),
    slope: (sum) => (sum > 0 ? 1 : below),
  }),
  elu,
  selu() {
    const { of, slope } = elu(SELU.slope);
    return { of: (sum) => SELU.scale * of(sum), slope: (sum) => SELU.scale * slope(sum) };
  },
  tanh: () => ({ of: Math.tanh, slope: (sum) => 1 - Math.tanh(sum) ** 2 }),
  sigmoid: () => ({ of: sigmoid, slope: (sum) => sigmoid(sum) * sigmoid(-sum) }),
  softplus: () => ({
    of: (sum) => positive(sum) + Math.log1p(Math.exp(-Math.abs(sum))), // none is too large
    slope: sigmoid,
  }),
  silu: () => ({
    of: (sum) => sum * sigmoid(sum),
    slope: (sum) => sigmoid(sum) * (1 + sum * sigmoid(-sum)),
  }),
  gelu: () => ({
    of: (sum) => sum * normal(sum),
    slope: (sum) => normal(sum) + sum * bell(sum),
  }),
};

function elu(below) {
  return {
    of: (sum) => (sum > 0 ? sum : below * Math.expm1(sum)),
    slope: (sum) => (sum > 0 ? 1 : below * Math.exp(sum)),
  };
}

const bell = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** The share of the normal distribution below x, within 1e-7: Abramowitz and Stegun, 7.1.26. */
function normal(x) {
  const t = 1 / (1 + 0.3275911 * (Math.abs(x) / Math.SQRT2));
  const sum =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const beyond = (sum * Math.exp((-x * x) / 2)) / 2;
  return x > 0 ? 1 - beyond : beyond;
}
