// Templates that escape by default, so that no page has to remember to.

class Markup {
  constructor(text) {
    this.text = text;
  }
}

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function render(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(render).join('');
  if (value === null || value === undefined || value === false) return '';
  return String(value).replace(/[&<>"']/g, (char) => ESCAPES[char]);
}

/** A tagged template: values are escaped, nested templates and lists of them are not. */
export function html(strings, ...values) {
  return new Markup(strings.reduce((text, part, index) => text + render(values[index - 1]) + part));
}

export function fill(element, markup) {
  element.innerHTML = render(markup);
}
