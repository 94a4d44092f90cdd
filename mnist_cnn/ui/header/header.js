// The title, the switch of language and the switch between light and dark.
import { current, setLanguage, text, translate, onLanguage } from "../locales/language.js";

export function mount(element) {
  translate(element);
  const language = element.querySelector(".language");
  const label = () => {
    language.title = text("switchLanguageHint");
    document.title = text("title");
  };
  label();
  onLanguage(label);
  language.addEventListener("click", () => setLanguage(current() === "en" ? "zh-CN" : "en"));
  element.querySelector(".theme").addEventListener("click", () => {
    document.body.classList.toggle("dark");
  });
}
