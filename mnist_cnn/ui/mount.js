// Runs when Gradio has put a component on the page: `element` and `props` come from gr.HTML.
window.mnistCnnModules
  .then((modules) => modules.load(props.module))
  .then((module) => module.mount(element, props));
