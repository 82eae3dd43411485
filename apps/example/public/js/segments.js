import { html } from './dom.js';

/**
 * A choice of a few, side by side. It is remembered by this browser.
 *
 * @template {string} Value
 * @param {HTMLElement} fieldset
 * @param {readonly { value: Value, label: string }[]} choices
 * @param {NoInfer<Value>} initial
 * @param {(value: Value) => void} onChoose Called with the first choice too.
 */
export function segments(fieldset, choices, initial, onChoose) {
  const name = fieldset.id;
  const remembered = recall(name);
  const chosen = choices.find(({ value }) => value === remembered)?.value ?? initial;
  for (const { value, label } of choices) {
    const input = html('input', { type: 'radio', name, value, checked: value === chosen });
    input.addEventListener('change', () => {
      remember(name, value);
      onChoose(value);
    });
    fieldset.append(html('label', {}, input, html('span', {}, label)));
  }
  onChoose(chosen);
}

/**
 * @param {string} name
 * @returns {string | null}
 */
function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    // Some browsers refuse it; then nothing is remembered.
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // As above.
  }
}
