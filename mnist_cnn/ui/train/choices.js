// The form: a recipe, and everything that may differ from it. The server checks it while one types.
import { text, onLanguage } from "../locales/language.js";
import { ask } from "../transport/asking.js";
import { listen } from "../transport/events.js";
import { latest } from "../transport/question.js";
import { FIELDS, OF_RECIPE, RECIPES, nameOf } from "./fields.js";
import { sentenceOf } from "./refusals.js";

const TYPING = 200; // milliseconds without a key until what is typed is checked

/**
 * @param form the element that is filled
 * @param choices what may be chosen, as the server has it
 * @param planned called with the server's plan, {options, layers, steps, seen}; null while it is refused
 */
export function createChoices(form, { recipes, names }, planned) {
  const cards = createCards(form.querySelector(".recipes"), Object.keys(recipes));
  const fields = new Map(FIELDS.map((field) => [field.name, createField(field, names[field.name])]));
  form.querySelector(".fields").append(...[...fields.values()].map((field) => field.element));
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
    const refusals = error ? [error, ...(error.values?.others ?? [])] : [];
    for (const [name, field] of fields) {
      const found = refusals.find((each) => each.values?.name === name);
      field.refuse(found ? sentenceOf(found) : "");
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
  onLanguage(() => refuse(refusal));
  listen("choices", (chosen) => adopt({ ...recipes[chosen.recipe], ...chosen }));
  adopt(recipes[cards.value]);
  return { values, refuse };
}

/** One card a recipe, as radio buttons. */
function createCards(group, recipes) {
  const cards = recipes.map((recipe, i) => {
    const card = document.createElement("label");
    card.innerHTML = `<input type="radio" name="recipe"><b></b><span></span>`;
    const input = card.querySelector("input");
    Object.assign(input, { value: recipe, checked: i === 0 });
    return { card, input, recipe };
  });
  group.append(...cards.map(({ card }) => card));
  const write = () => {
    for (const { card, recipe } of cards) {
      const { label, hint } = RECIPES[recipe] ?? { label: recipe, hint: "" };
      card.querySelector("b").textContent = text(label);
      card.querySelector("span").textContent = text(hint);
    }
  };
  write();
  onLanguage(write);
  return {
    get value() {
      return cards.find(({ input }) => input.checked).recipe;
    },
    set value(recipe) {
      for (const { input } of cards) input.checked = input.value === recipe;
    },
    onChange: (listener) => group.addEventListener("change", listener),
  };
}

/** A label, an input or a list of names, a line that explains, and room for a refusal. */
function createField({ name, label, hint }, names) {
  const element = document.createElement("div");
  element.className = "field";
  const id = `train-${name}`;
  const kind = names ? "<select></select>" : `<input type="text" inputmode="decimal">`;
  element.innerHTML = `<label for="${id}"></label>${kind}<small class="hint" id="${id}-hint"></small><small class="refused" id="${id}-refused" role="status"></small>`;
  const input = element.querySelector("input, select");
  Object.assign(input, { id, name, autocomplete: "off" });
  input.setAttribute("aria-describedby", `${id}-hint ${id}-refused`);
  for (const value of names ?? []) input.append(new Option(value, value));
  const write = () => {
    element.querySelector("label").textContent = text(label);
    element.querySelector(".hint").textContent = text(hint);
    for (const option of input.options ?? []) option.textContent = nameOf(option.value);
  };
  write();
  onLanguage(write);
  return {
    element,
    input,
    refuse(sentence) {
      element.querySelector(".refused").textContent = sentence;
      input.setAttribute("aria-invalid", String(sentence !== ""));
      element.classList.toggle("wrong", sentence !== "");
    },
  };
}
