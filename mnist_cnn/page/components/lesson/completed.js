// Which chapters are done, kept on this device: all that a chapter asks has been answered.
import { getItem, setItem } from "../../transport/storage.js";

const STORAGE_KEY = "mnist_cnn.lesson"; // {chapter: [names of cards]}

/** What is kept; nothing where something else stands under its name. */
function kept() {
  try {
    const found = JSON.parse(getItem(localStorage, STORAGE_KEY));
    return found && typeof found === "object" ? found : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** The cards of a chapter that have been answered. */
const answeredOf = (all, { name }) => (Array.isArray(all[name]) ? all[name] : []);

/** What a chapter asks: its cards with a prediction or a question. */
const asked = ({ cards }) => cards.filter(({ prediction, answer }) => prediction || answer);

/** Whether everything that a chapter asks has been answered. */
export function isDone(chapter) {
  const answered = answeredOf(kept(), chapter);
  const cards = asked(chapter);
  return cards.length > 0 && cards.every(({ name }) => answered.includes(name));
}

/** Remember that what a card asks has been answered. */
export function remember(chapter, card) {
  const all = kept();
  const answered = new Set(answeredOf(all, chapter)).add(card.name);
  setItem(localStorage, STORAGE_KEY, JSON.stringify({ ...all, [chapter.name]: [...answered] }));
}
