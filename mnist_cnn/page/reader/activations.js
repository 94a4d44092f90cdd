// Keras' element-wise activations by name, each with its derivative. Softmax, which needs all sums at
// once, is in layers.js.

const SELU = { scale: 1.0507009873554805, slope: 1.6732632423543772 };
const NONNEGATIVE = ["relu", "relu6", "sigmoid", "softplus", "softmax"];

/**
 * @param layer {activation, slope}; slope: the factor of numbers below 0 in leaky_relu and elu
 * @returns {{of, derivative: (sum: number) => number}} the activation and its derivative; at a kink,
 *   the derivative from below
 * @throws {RangeError} there is no such activation
 */
export function activationOf({ activation = "linear", slope }) {
  const make = ACTIVATIONS[activation];
  if (!make) throw new RangeError(`The reader knows no activation ${activation}.`);
  return make(slope);
}

/** Whether an activation never returns a number below 0. */
export const isNonnegative = (activation) => NONNEGATIVE.includes(activation);

const sigmoid = (sum) => 1 / (1 + Math.exp(-sum));
const positive = (sum) => Math.max(0, sum);

const ACTIVATIONS = {
  linear: () => ({ of: (sum) => sum, derivative: () => 1 }),
  relu: () => ({ of: positive, derivative: (sum) => (sum > 0 ? 1 : 0) }),
  relu6: () => ({
    of: (sum) => Math.min(6, positive(sum)),
    derivative: (sum) => (sum > 0 && sum <= 6 ? 1 : 0),
  }),
  leaky_relu: (below) => ({
    of: (sum) => (sum > 0 ? sum : below * sum),
    derivative: (sum) => (sum > 0 ? 1 : below),
  }),
  elu,
  selu() {
    const { of, derivative } = elu(SELU.slope);
    return {
      of: (sum) => SELU.scale * of(sum),
      derivative: (sum) => SELU.scale * derivative(sum),
    };
  },
  tanh: () => ({ of: Math.tanh, derivative: (sum) => 1 - Math.tanh(sum) ** 2 }),
  sigmoid: () => ({ of: sigmoid, derivative: (sum) => sigmoid(sum) * sigmoid(-sum) }),
  softplus: () => ({
    of: (sum) => positive(sum) + Math.log1p(Math.exp(-Math.abs(sum))), // never overflows
    derivative: sigmoid,
  }),
  silu: () => ({
    of: (sum) => sum * sigmoid(sum),
    derivative: (sum) => sigmoid(sum) * (1 + sum * sigmoid(-sum)),
  }),
  gelu: () => ({
    of: (sum) => sum * normal(sum),
    derivative: (sum) => normal(sum) + sum * density(sum),
  }),
};

function elu(below) {
  return {
    of: (sum) => (sum > 0 ? sum : below * Math.expm1(sum)),
    derivative: (sum) => (sum > 0 ? 1 : below * Math.exp(sum)),
  };
}

const density = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** The standard normal distribution function, within 1e-7: Abramowitz and Stegun, 7.1.26. */
function normal(x) {
  const t = 1 / (1 + 0.3275911 * (Math.abs(x) / Math.SQRT2));
  const sum =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const beyond = (sum * Math.exp((-x * x) / 2)) / 2;
  return x > 0 ? 1 - beyond : beyond;
}
