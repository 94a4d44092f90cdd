// Runs when Gradio has put a component on the page: `element` and `props` come from gr.HTML.
window.mnistCnnModules.then(({ load }) => load("components/mount.js").mount(props.name, element));
