// Runs behind the pad's modules when Gradio has put a DigitPad on the page: gr.HTML gives the rest.
$load("components/pad/digit-pad.js").mount(element, props, watch);
