// Runs in the first HTML: the page's light and view, as Gradio and header/views.js will have them.
(({ body }, asked) => {
  const theme = asked.get("__theme");
  const dark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  body.classList.toggle("dark", dark);
  body.dataset.view = asked.get("view") ?? "layers";
})(document, new URLSearchParams(location.search));
