// The training digits that come with the page, fetched when a card shows them for the first time.
import { trainingDigits } from "../../../../experiments/misconceptions/nearest-digits.js";
import { content, has } from "../../../../transport/contents.js";

const NAME = "neighbours";

/** `trainingDigits`, or null if the page has none for this network: a promise. */
export const shippedDigits = async () => (has(NAME) ? trainingDigits(await content(NAME)) : null);

/** The credit for them, as their licence asks; not translated: names and titles. */
export const CREDIT = "MNIST © Yann LeCun, Corinna Cortes, Christopher J.C. Burges, CC BY-SA 3.0";
