// The ten probabilities as bars that grow and shrink from one answer to the next.
import { make } from "../../../../dom/elements.js";
import { inFigures, percent } from "../../../../locales/numbers.js";

/** @returns {{element: HTMLElement, show: (probabilities: number[]) => void}} */
export function tenBars() {
  const bars = Array.from({ length: 10 }, () => make("i", "bar"));
  const shares = bars.map(() => make("small", "share"));
  const digits = bars.map((bar, i) =>
    make("span", "", shares[i], make("span", "rod", bar), make("b", "", String(i))),
  );
  const element = make("div", { className: "ten-bars", role: "img" }, ...digits);

  function show(probabilities) {
    const most = Math.max(...probabilities);
    probabilities.forEach((share, i) => {
      bars[i].style.height = `${100 * share}%`;
      bars[i].classList.toggle("current", share === most);
      shares[i].textContent = inFigures(share);
    });
    const told = probabilities.map((share, i) => [i, share]).filter(([, share]) => share >= 0.01);
    element.setAttribute("aria-label", told.map(([i, share]) => `${i}: ${percent(share)}`).join(", "));
  }

  return { element, show };
}
