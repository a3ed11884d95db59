// What is dropped beside all that takes it does not replace the page: a file, or a link.

for (const name of ['dragover', 'drop']) {
  addEventListener(name, (event) => {
    const { target, dataTransfer } = /** @type {DragEvent} */ (event);
    const isField = target instanceof Element && target.closest('input, textarea');
    if (!isField || dataTransfer?.types.includes('Files')) event.preventDefault();
  });
}
