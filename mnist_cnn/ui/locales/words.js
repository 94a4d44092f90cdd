// Every word of the page, by language and key; mnist_cnn/ui/web.py puts them in here.
export const WORDS = {};
