// What the lesson asks about a drawing: the worker finds it, with the networks that a chapter looks at.
import { work } from "../background/background.js";
import { networksOf } from "../experiments/lesson.js";
import { networkNamed, subject } from "../network/files.js";
import { text } from "../locales/language.js";
import { words } from "./words.js";

/**
 * @param {"draw" | "ask"} job see experiments/lesson.js
 * @param about {chapter, …}: the rest is of the job; its networks and facts are filled in here
 * @param how see `work`
 */
export async function experiment(job, about, how) {
  const names = networksOf(about.chapter);
  const [{ facts }, network, ...others] = await Promise.all([
    words(),
    subject(),
    ...names.map((name) => networkNamed(`variant-${name}`)),
  ]);
  const named = Object.fromEntries(names.map((name, i) => [name, others[i]]));
  return work(job, { ...about, network, others: named, facts }, how);
}

/** The sentence of an error: of the worker's, or of a file that did not come. */
export const sentenceOf = ({ refused }) => text(refused ?? "unreachable");
