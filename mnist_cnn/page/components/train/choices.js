// The form: a recipe and all options, which the server checks while one types.
import { make, radioCard } from "../../dom/elements.js";
import { text } from "../../locales/language.js";
import { ask } from "../../transport/http.js";
import { latest } from "../../transport/retry.js";
import { follow, listen } from "../../state/events.js";
import { FIELDS, OF_RECIPE, nameOf, recipeHint, recipeName } from "./fields.js";
import { sentenceOf } from "../../locales/refusals.js";

const TYPING = 200; // milliseconds without a key until what is typed is checked

/**
 * @param form the element that is filled
 * @param choices what may be chosen, as the server has it
 * @param planned called with the server's plan, {options, layers, steps, seen, seconds, tried}; null while it
 *   is refused
 * @returns {{values, refuse, check}} what is chosen; says why it is refused; asks for the plan again
 */
export function createChoices(form, { recipes, names }, planned) {
  const cards = createCards(form.querySelector(".recipes"), Object.keys(recipes));
  const fields = new Map(FIELDS.map((field) => [field.name, createField(field, names[field.name])]));
  form.querySelector(".fields").append(...[...fields.values()].map((field) => field.element));
  const fold = form.querySelector(".change");
  let refusal = null;
  let timer = null;

  const value = (name) => fields.get(name).input.value.trim();
  const values = () =>
    Object.fromEntries([["recipe", cards.value], ...FIELDS.map(({ name }) => [name, value(name)])]);

  const check = latest(
    (chosen) => ask("trainings", { query: { choices: JSON.stringify(chosen) } }),
    (plan, wanted) => {
      // Something else has been chosen meanwhile, which this plan is not for.
      if (JSON.stringify(wanted) !== JSON.stringify(values())) return changed(TYPING);
      refuse(null);
      fillIn(plan.options);
      planned(plan);
    },
    (error) => {
      refuse(error);
      planned(null);
    },
  );

  /** Fill in what was left to the recipe, and leave alone what is being typed. */
  function fillIn(options) {
    for (const [name, { input }] of fields) {
      if (input.value.trim() === "" && input !== document.activeElement) input.value = options[name];
    }
  }

  function refuse(error) {
    refusal = error;
    const others = error?.values?.others ?? [];
    const refusals = error ? [error, ...others.map((other) => ({ ...other, refused: other.key }))] : [];
    for (const { name, label } of FIELDS) {
      const found = refusals.find((each) => each.values?.name === name);
      const named = { ...found, message: error?.message };
      named.values = { ...found?.values, field: text(label) };
      fields.get(name).refuse(found ? sentenceOf(named) : "");
      if (found) fold.open = true;
    }
    const general = form.querySelector(".refusal");
    general.textContent = error && !fields.has(error.values?.name) ? sentenceOf(error) : "";
  }

  function changed(wait = 0) {
    clearTimeout(timer);
    timer = setTimeout(() => check(values()), wait);
  }

  function clear(cleared) {
    for (const name of cleared) fields.get(name).input.value = "";
  }

  function adopt(options) {
    cards.value = options.recipe;
    for (const [name, { input }] of fields) input.value = options[name];
    changed();
  }

  cards.onChange(() => {
    clear(OF_RECIPE);
    changed();
  });
  for (const [name, { input }] of fields) {
    const typed = input.tagName === "INPUT";
    input.addEventListener("input", () => {
      if (name === "optimizer") clear(["learning_rate"]); // a rate that suits it
      changed(typed ? TYPING : 0);
    });
    input.addEventListener("change", () => changed());
  }
  listen("language", () => refuse(refusal));
  listen("choices", (chosen) => {
    adopt({ ...recipes[chosen.recipe], ...chosen });
    fold.open ||= Object.keys(chosen).length > 1; // what is proposed shall be seen
  });
  adopt(recipes[cards.value]);
  return { values, refuse, check: () => changed() };
}

/** One card a recipe, as radio buttons. */
function createCards(group, recipes) {
  const cards = recipes.map((recipe, i) => {
    const [name, words] = [make("b"), make("span")];
    return { ...radioCard("recipe", { value: recipe, checked: i === 0 }, name, words), name, words };
  });
  group.append(...cards.map(({ card }) => card));
  const write = () => {
    for (const { input, name, words } of cards) {
      name.textContent = recipeName(input.value);
      words.textContent = recipeHint(input.value);
    }
  };
  follow([], write);
  return {
    get value() {
      return cards.find(({ input }) => input.checked).input.value;
    },
    set value(recipe) {
      for (const { input } of cards) input.checked = input.value === recipe;
    },
    onChange: (listener) => group.addEventListener("change", listener),
  };
}

/** A label, an input or a list of names, a line that explains, and room for a refusal. */
function createField({ name, label, hint }, names) {
  const id = `train-${name}`;
  const about = { id, name, autocomplete: "off", "aria-describedby": `${id}-hint ${id}-refused` };
  const options = (names ?? []).map((value) => new Option(value, value));
  const input = names
    ? make("select", about, ...options)
    : make("input", { ...about, type: "text", inputMode: "decimal" });
  const title = make("label", { htmlFor: id });
  const help = make("small", { className: "hint", id: `${id}-hint` });
  const refused = make("small", { className: "refused", id: `${id}-refused`, role: "status" });
  const element = make("div", "field", title, input, help, refused);
  const write = () => {
    title.textContent = text(label);
    help.textContent = text(hint);
    for (const option of options) option.textContent = nameOf(option.value);
  };
  follow([], write);
  return {
    element,
    input,
    refuse(sentence) {
      refused.textContent = sentence;
      input.setAttribute("aria-invalid", String(sentence !== ""));
      element.classList.toggle("wrong", sentence !== "");
    },
  };
}
