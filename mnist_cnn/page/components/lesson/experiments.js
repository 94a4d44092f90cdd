// Asks the worker for what a chapter shows of a drawing, with the networks of that chapter.
import { work } from "../../worker/work.js";
import { networksOf } from "../../experiments/lesson.js";
import { networkNamed, subject } from "../../state/network-files.js";
import { words } from "./words.js";

/**
 * @param {"draw" | "ask" | "predict"} job see experiments/lesson.js
 * @param about {chapter, …}: the rest is of the job; its networks and facts are filled in here
 * @param how see `work`
 */
export async function experiment(job, about, how) {
  const names = await networksOf(about.chapter);
  const [{ facts }, network, ...others] = await Promise.all([
    words(),
    subject(),
    ...names.map((name) => networkNamed(`variant-${name}`)),
  ]);
  const named = Object.fromEntries(names.map((name, i) => [name, others[i]]));
  return work(job, { ...about, network, others: named, facts }, how);
}
