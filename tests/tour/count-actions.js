/**
 * Runs in a page, before its own scripts: says so on the console once for each thing that a person does. Clicking into a field
 * and typing in it is one action: the field.
 */
(() => {
  if (window.tourWatches) return;
  window.tourWatches = true;
  const act = () => console.debug('tour: action');
  const typed = 'input:not([type=radio], [type=checkbox], [type=button], [type=submit], [type=file]), textarea';
  const fieldOf = (event) => {
    const [target] = event.composedPath();
    if (!(target instanceof Element)) return null;
    const field = target.closest(`${typed}, label`);
    // A label puts the focus into its field, or presses its radio button
    return field instanceof HTMLLabelElement ? (field.control?.matches(typed) ? field.control : null) : field;
  };
  let filling = null;
  const on = (name, listener) => addEventListener(name, (event) => event.isTrusted && listener(event), true);
  on('pointerdown', (event) => {
    if (!fieldOf(event)) act();
  });
  on('input', (event) => {
    const field = fieldOf(event);
    if (!field || field === filling) return;
    filling = field;
    act();
  });
  on('focusout', () => {
    filling = null;
  });
  on('keydown', (event) => {
    if (event.key === 'Enter' || (event.key === ' ' && !fieldOf(event))) act();
  });
})();
