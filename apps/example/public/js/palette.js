/**
 * Canvases know no style sheet: this asks it what a colour is now.
 *
 * @typedef {{ muted: string, grid: string, held: string, danger: string }} Palette
 */

/** @type {Map<string, string>} */
const known = new Map();

/**
 * The value of a custom property, such as `--muted`, as a colour that a canvas takes.
 *
 * @param {Element} element
 * @param {string} property
 * @returns {string}
 */
export function colorOf(element, property) {
  const found = known.get(property);
  if (found !== undefined) return found;
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  known.set(property, color);
  return color;
}

/**
 * @param {Element} element
 * @returns {Palette}
 */
export function paletteOf(element) {
  return {
    muted: colorOf(element, '--muted'),
    grid: colorOf(element, '--grid'),
    held: colorOf(element, '--held'),
    danger: colorOf(element, '--danger'),
  };
}

/**
 * @param {Element} element
 * @param {number} ratio
 * @returns {string}
 */
export function fontOf(element, ratio) {
  return `${11 * ratio}px ${getComputedStyle(element).fontFamily}`;
}

/** After this, colours are asked for again: they are others in the dark. */
export function forgetColors() {
  known.clear();
}
