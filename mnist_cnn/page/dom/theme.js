// Whether the page is light or dark: a class of its body, which Gradio and the page's own button set.

/** Whether the page is dark. */
export const isDark = () => document.body.classList.contains("dark");

/** Call `listener` when the page turns light or dark, and again when its colours have faded over, until the
 * function that is returned is called. */
export function onTheme(listener) {
  let dark = isDark();
  const turned = () => {
    if (isDark() === dark) return;
    dark = isDark();
    listener();
    const fading = document.getAnimations().filter((one) => one instanceof CSSTransition);
    Promise.allSettled(fading.map((one) => one.finished)).then(listener);
  };
  const observer = new MutationObserver(turned);
  observer.observe(document.body, { attributeFilter: ["class"] });
  return () => observer.disconnect();
}
