/** Whether an element has a box and is not made invisible. Safari can be asked only since 17.4. */
export function isVisible(element: Element): boolean {
  const asked = (element as Partial<Element>).checkVisibility?.({ visibilityProperty: true });
  return asked ?? (element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible');
}
